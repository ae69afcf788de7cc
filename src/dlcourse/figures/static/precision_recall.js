// Detections of several images: a threshold of the score, precision and recall, and three definitions of the area
// under their curve.

const HINT = "White: true objects, dotted where they are missed. Blue: a detection that finds one; orange: a false " +
  "one; thin: below the threshold, so that it does not count. The numbers are the ranks of the detections. Average " +
  "precision goes through all thresholds: it does not change when you move one.";

/**
 * All detections by falling score: image, box, score, and the true box that each finds, or null. As in pycocotools, each
 * takes the free true box of its image that it overlaps most, if the IoU is at least `least`.
 */
function matched(predictions, targets, least) {
  const all = predictions.flatMap((rows, image) => {
    const taken = new Set();
    return ranked(rows.map((row) => row[4])).map((i) => {
      const box = rows[i].slice(0, 4);
      let [target, best] = [null, Math.min(least, 1 - 1e-10)];
      (targets[image] ?? []).forEach((truth, k) => {
        const overlap = iou(box, truth);
        if (!taken.has(k) && overlap >= best) [target, best] = [k, overlap];
      });
      taken.add(target);
      return { image, box, score: rows[i][4], target };
    });
  });
  return ranked(all.map(({ score }) => score)).map((i) => all[i]);
}

/** Precision and recall after each detection. */
function curveOf(detections, count) {
  let hits = 0;
  return detections.map(({ target }, i) => {
    hits += target === null ? 0 : 1;
    return { hits, precision: hits / (i + 1), recall: count ? hits / count : 0 };
  });
}

/** The largest precision at a recall of at least `least`; 0 beyond the last recall. */
const best = (curve, least) => Math.max(0, ...curve.filter(({ recall }) => recall >= least).map((p) => p.precision));

// The three definitions: where each looks at the curve, and its number.
const grid11 = range(11).map((i) => i / 10);
const grid101 = range(101).map((i) => (i === 100 ? 1 : i * 0.01)); // as numpy.linspace has them
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const stepsOf = (curve) => [...new Set(curve.map(({ recall }) => recall))].filter((recall) => recall > 0)
  .map((recall, i, all) => [all[i - 1] ?? 0, recall, best(curve, recall)]);
const DEFINITIONS = {
  "11 points": { note: "VOC 2007", at: grid11, ap: (curve) => mean(grid11.map((r) => best(curve, r))) },
  "all points": { note: "VOC 2010", ap: (curve) => stepsOf(curve).reduce((sum, [from, to, p]) => sum + (to - from) * p, 0) },
  "101 points": { note: "COCO", at: grid101, ap: (curve) => mean(grid101.map((r) => best(curve, r))) },
};

const [X, Y] = [(recall) => (14 + 100 * recall).toFixed(2), (precision) => (112 - 100 * precision).toFixed(2)];

/** The curve, what a definition looks at, and where the threshold stands. */
function chartOf(curve, { at }, now) {
  const ticks = [0, 0.5, 1].map((v) => `<path class="dlf-rule" d="M${X(0)} ${Y(v)}H${X(1)}M${X(v)} ${Y(0)}V${Y(1)}"/>
    <text x="12" y="${Number(Y(v)) + 2.4}" text-anchor="end">${v}</text>
    <text x="${X(v)}" y="120.5" text-anchor="middle">${v}</text>`);
  const steps = stepsOf(curve);
  const looked = at
    ? at.map((r) => `<path class="dlf-stem" d="M${X(r)} ${Y(0)}V${Y(best(curve, r))}"/>` +
      (at.length < 20 ? `<circle class="dlf-sample" cx="${X(r)}" cy="${Y(best(curve, r))}" r="1.7"/>` : "")).join("")
    : steps.map(([from, to, p]) => `<path class="dlf-area" d="M${X(from)} ${Y(0)}V${Y(p)}H${X(to)}V${Y(0)}z"/>`).join("");
  const outline = steps.map(([from, to, p]) => `${from ? "V" : `M${X(0)} `}${Y(p)}H${X(to)}`).join("");
  const points = curve.map(({ precision, recall }) => `${X(recall)},${Y(precision)}`);
  const dots = curve.map((p) => `<circle class="dlf-dot" cx="${X(p.recall)}" cy="${Y(p.precision)}" r="1.3"/>`);
  const ring = now ? `<circle class="dlf-ring" cx="${X(now.recall)}" cy="${Y(now.precision)}" r="3.2"/>` : "";
  return `<svg viewBox="0 0 118 130" aria-hidden="true">${ticks.join("")}${looked}
    <path class="dlf-envelope" d="${outline}"/><polyline points="${points.join(" ")}"/>${dots.join("")}${ring}
    <text x="64" y="128" text-anchor="middle">recall</text><text x="0" y="6">precision</text></svg>`;
}

export default figure("Precision, recall and average precision", (fig) => {
  const { write } = fig;
  fig.hint(HINT);

  const threshold = slider("score threshold", "score from", [0, 1, 0.01], (x) => write({ threshold: x }));
  const least = slider("IoU threshold", "IoU from", [0.05, 0.95, 0.05], (x) => write({ iou_threshold: x }));
  const cut = tick("drop what is below before computing AP (a mistake)", (on) => write({ cut: on }));
  const step = (by) => {
    const state = fig.read();
    const scores = [...new Set(state.predictions.flat().map((row) => row[4]))].sort((a, b) => b - a);
    const now = scores.filter((score) => score >= state.threshold).length;
    write({ threshold: scores[now + by - 1] ?? 1 });
  };
  const count = counter("fewer detections", "more detections", step);
  const strip = h("div", { class: "dlf-strip" });
  const found = h("p", { class: "dlf-said" });
  const charts = Object.entries(DEFINITIONS).map(([name, { note }]) => {
    const [drawing, ap] = [h("div", { class: "dlf-chart", role: "img" }), h("strong", { class: "dlf-ap" })];
    const sum = h("span", { class: "dlf-sum" });
    const element = h("div", { class: "dlf-definition" },
      h("p", { class: "dlf-title" }, h("strong", {}, name), ` ${note}`), drawing, h("p", {}, ap, sum));
    return { name, element, drawing, ap, sum };
  });
  const body = h("tbody");
  const table = h("div", { class: "dlf-ranks" },
    h("table", { "aria-label": "Detections by falling score" },
      h("thead", {}, h("tr", {}, ...["rank", "score", "image", "result", "precision", "recall"].map((text) => h("th", {}, text)))),
      body));

  let [boards, rows] = [[], []];
  function lines(n) {
    if (rows.length === n) return;
    rows = range(n).map(() => {
      const pick = h("button", { type: "button", class: "dlf-pick" });
      const cells = range(5).map(() => h("td"));
      return { element: h("tr", {}, cells[0], h("td", {}, pick), ...cells.slice(1)), pick, cells };
    });
    body.replaceChildren(...rows.map(({ element }) => element));
  }
  function frames(n) {
    if (boards.length === n) return;
    boards = range(n).map(() => {
      const [picture, caption] = [board(), h("p", { class: "dlf-caption" })];
      return { picture, caption, element: h("div", { class: "dlf-picture" }, picture, caption) };
    });
    strip.replaceChildren(...boards.map(({ element }) => element));
  }

  const fraction = (a, b) => (b ? `${a}/${b} ${equals(a / b)} ${fmt(a / b)}` : "not defined (0 of 0)");

  function draw({ predictions, targets, images, size, threshold: limit, iou_threshold: overlap, cut: short }) {
    const all = matched(predictions, targets, overlap);
    const total = targets.flat().length;
    const taken = all.filter(({ score }) => score >= limit);
    const whole = curveOf(all, total);
    const curve = short ? whole.slice(0, taken.length) : whole;
    const hits = whole[taken.length - 1]?.hits ?? 0;

    frames(targets.length);
    boards.forEach(({ picture, caption }, image) => {
      const own = all.map((each, rank) => ({ ...each, rank: rank + 1 })).filter((each) => each.image === image);
      const counted = own.filter(({ score }) => score >= limit);
      const seen = new Set(counted.map(({ target }) => target));
      const truths = targets[image].map((box, k) =>
        rect(box, "dlf-halo") + rect(box, seen.has(k) ? "dlf-true" : "dlf-true dlf-missed")).join("");
      const unit = size[0] / 96;
      const others = own.toReversed().map(({ box, score, target, rank }) => {
        const kind = score < limit ? "dlf-below" : target === null ? "dlf-false" : "dlf-hit";
        const [x, y] = [box[0], Math.max(0, box[1] - 9 * unit)];
        const tag = rect([x, y, x + (rank > 9 ? 13 : 8.5) * unit, y + 9 * unit], "dlf-tag");
        return `<g class="${kind}">${rect(box, "dlf-halo")}${rect(box, "dlf-line")}${tag}
          <text x="${x + 1.6 * unit}" y="${y + 7.2 * unit}" font-size="${8 * unit}">${rank}</text></g>`;
      });
      const right = counted.filter(({ target }) => target !== null).length;
      const missed = targets[image].length - right;
      caption.textContent = `image ${image + 1}: ${right} found, ${counted.length - right} false, ${missed} missed`;
      picture.show({ image: images[image], size, marks: truths + others.join(""), label: caption.textContent });
    });

    threshold.show(limit);
    least.show(overlap);
    cut.show(short);
    const scores = new Set(all.map(({ score }) => score));
    const many = new Set(taken.map(({ score }) => score)).size;
    count.show(`${taken.length} of ${all.length} count`, many === 0, many === scores.size);
    found.textContent = `${taken.length} detections count: ${hits} true, ${taken.length - hits} false; ${total - hits} of ` +
      `${total} objects missed. Precision ${fraction(hits, taken.length)}, recall ${fraction(hits, total)}.`;
    for (const { name, drawing, ap, sum } of charts) {
      const definition = DEFINITIONS[name];
      const value = definition.ap(curve);
      drawing.innerHTML = chartOf(curve, definition, whole[taken.length - 1]);
      ap.textContent = total ? `AP ${value.toFixed(6)}` : "AP not defined";
      drawing.setAttribute("aria-label", `${name}: ${ap.textContent}`);
      const steps = stepsOf(curve);
      const { at } = definition;
      sum.textContent = !total ? "" : at ? `= ${fmt(value * at.length)} / ${at.length}`
        : steps.length < 4 ? `= ${steps.map(([from, to, p]) => `${fmt(to - from)} · ${fmt(p)}`).join(" + ")}` : "= area";
    }
    lines(all.length);
    all.forEach(({ image, score, target }, i) => {
      const [{ precision, recall }, { element, pick, cells }] = [whole[i], rows[i]];
      const texts = [i + 1, image + 1, target === null ? "false" : "true", fmt(precision), total ? fmt(recall) : "–"];
      texts.forEach((text, k) => { cells[k].textContent = text; });
      element.className = score < limit ? "dlf-below" : target === null ? "dlf-false" : "dlf-hit";
      pick.textContent = fmt(score);
      pick.setAttribute("aria-label", `count from a score of ${fmt(score)} on`);
      pick.setAttribute("aria-pressed", score === limit);
      pick.onclick = () => write({ threshold: score });
    });
    const three = charts.map(({ name, ap }) => `${name} ${ap.textContent.replace("AP ", "")}`).join(", ");
    fig.say(`${found.textContent} Average precision: ${three}.`);
  }

  return {
    draw,
    body: [
      h("div", { class: "dlf-choices" }, threshold, count, least, cut, button("reset", "Reset", fig.reset)),
      found, strip, h("div", { class: "dlf-definitions" }, ...charts.map(({ element }) => element)), table,
    ],
  };
});
