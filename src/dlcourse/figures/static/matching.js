// A true box over a grid of anchors: which of them become positive, which negative, and which are ignored.

const HINT = "Drag the true box or its corner, or move them with the arrow keys. Each small map shows one shape of " +
  "anchor at all places: large squares are positive, small ones ignored, dots negative. Point at one, or walk through " +
  "a map with the arrow keys (Home: its best anchor), to see the anchor over the picture.";
const [NEGATIVE, IGNORED, OUTSIDE] = [-1, -2, -3];
const NEARLY = 1 - 1e-9; // anchors that share the best IoU differ in the last digits that computers keep

/** All anchors, row by row; at each place by their scales, then by their ratios (of height to width). */
function anchorsOf([columns, rows], stride, scales, ratios) {
  const shapes = scales.flatMap((scale) => ratios.map((ratio) => [scale / Math.sqrt(ratio), scale * Math.sqrt(ratio)]));
  return matrix(rows, columns, (r, c) => shapes.map(([width, height]) => {
    const [x, y] = [(c + 0.5) * stride, (r + 0.5) * stride];
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  })).flat(2);
}

const within = ([x0, y0, x1, y1], [width, height]) => x0 >= 0 && y0 >= 0 && x1 <= width && y1 <= height;

/**
 * What becomes of each anchor: 0 (positive: the number of its box), NEGATIVE or IGNORED; OUTSIDE where `allowed` is
 * false. A box forces the anchors with its best IoU; `faulty`: even if that is 0, which then holds for all of them.
 */
function match(box, anchors, high, low, { allowed, faulty }) {
  const overlaps = anchors.map((anchor) => iou(box, anchor));
  const best = Math.max(0, ...overlaps.filter((_, i) => allowed[i]));
  const forced = overlaps.map((x, i) => allowed[i] && (best > 0 || faulty) && x >= best * NEARLY);
  const matches = overlaps.map((x, i) => {
    if (!allowed[i]) return OUTSIDE;
    return forced[i] || x >= high ? 0 : x < low ? NEGATIVE : IGNORED;
  });
  return { overlaps, best, forced, matches };
}

/** A small box that no allowed anchor overlaps, or null. */
function gapOf(anchors, allowed, [width, height], stride) {
  const places = [0, 1].map((axis) => {
    const side = axis ? height : width;
    return [0, ...range(Math.ceil(side / stride) - 1).map((i) => (i + 1) * stride - 1), side - 2];
  });
  for (const y of places[1]) for (const x of places[0]) {
    const box = [x, y, x + 2, y + 2];
    if (!anchors.some((anchor, i) => allowed[i] && iou(box, anchor) > 0)) return box;
  }
  return null;
}

const MARKS = [ // of the cells of a map: their class, and half their side
  [0, "dlf-positive", 0.46], [IGNORED, "dlf-ignored", 0.24], [NEGATIVE, "dlf-negative", 0.07],
];
const NAMES = { [NEGATIVE]: "negative", [IGNORED]: "ignored", [OUTSIDE]: "left out: it reaches beyond the picture" };

export default figure("Anchors that a true box makes positive", (fig) => {
  const { fixed, read, write } = fig;
  const first = read();
  let [probe, worked, gap] = [null, null, null]; // an anchor, all that is computed, and a box without anchors
  fig.hint(HINT);

  const truth = movable("truth", "true box", {
    get: () => read().box, set: (box) => write({ box }), home: first.box, size: () => read().size,
  });
  const picture = board(...truth.elements);
  const bounds = [0, 1, fixed.step];
  const high = slider("positive from an IoU of", "positive from", bounds, (x) =>
    write({ high: x, low: Math.min(x, read().low) }));
  const low = slider("negative below an IoU of", "negative below", bounds, (x) =>
    write({ low: x, high: Math.max(x, read().high) }));
  const inner = tick("only anchors inside the picture", (on) => write({ inside: on }));
  const faulty = tick("the best is positive even if its IoU is 0, as in some libraries", (on) => write({ faulty: on }));
  const trap = h("button", { type: "button", class: "dlf-button", onclick: () => {
    if (gap) write({ box: gap, inside: true });
  } }, "A box that no anchor overlaps");
  const counts = Object.fromEntries(["positive", "ignored", "negative", "left out"].map((name) => [name, h("dd")]));
  const list = h("dl", {}, ...Object.entries(counts).map(([name, value]) => h("div", {},
    h("dt", {}, h("i", { class: `dlf-key-${name.replace(" ", "")}`, "aria-hidden": true }), name), value)));
  const [found, probed] = [h("p", { class: "dlf-said" }), h("p", { class: "dlf-probed" })];
  const table = h("div", { class: "dlf-maps" });

  const point = (i) => {
    if (i === probe) return;
    probe = i;
    fig.draw();
  };

  /** The map of one shape of anchor. Anchor `i` of it is the one at place `i`. */
  function mapOf(shape) {
    const drawing = h("div", { class: "dlf-places" });
    const caption = h("p", { class: "dlf-caption" });
    const element = h("div", { class: "dlf-map", tabindex: 0, role: "application",
      "aria-roledescription": "map of anchors" }, drawing);
    const anchor = ([r, c]) => (r * worked.columns + c) * worked.shapes + shape;
    const placeOf = (i) => [Math.floor(i / worked.shapes / worked.columns), Math.floor(i / worked.shapes) % worked.columns];
    const own = () => range(worked.rows * worked.columns).map((i) => i * worked.shapes + shape);
    const best = () => own().reduce((a, b) => (worked.overlaps[b] > worked.overlaps[a] ? b : a));
    const at = (event) => {
      const box = drawing.getBoundingClientRect();
      const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      const [r, c] = [Math.floor(y * worked.rows), Math.floor(x * worked.columns)];
      return r < 0 || c < 0 || r >= worked.rows || c >= worked.columns ? null : anchor([r, c]);
    };
    for (const name of ["pointermove", "pointerdown"]) element.addEventListener(name, (event) => point(at(event)));
    element.addEventListener("pointerleave", () => point(null));
    element.addEventListener("focus", () => { if (element.matches(":focus-visible")) point(best()); });
    element.addEventListener("blur", () => point(null));
    onKey(element, (key) => {
      const now = probe !== null && probe % worked.shapes === shape ? probe : best();
      if (key === "Home") point(best());
      else if (STEPS[key]) point(anchor(placeAfter(key, placeOf(now), [worked.rows, worked.columns])));
      else return false;
      return true;
    });
    const show = (size, state) => {
      const { rows, columns, matches, shapes } = state;
      const cells = MARKS.map(([kind, name, half]) => {
        const all = own().filter((i) => matches[i] === kind).map((i) => {
          const [r, c] = placeOf(i);
          return `M${c + 0.5 - half} ${r + 0.5 - half}h${2 * half}v${2 * half}h${-2 * half}z`;
        });
        return `<path class="${name}" d="${all.join("")}"/>`;
      });
      const mine = probe !== null && probe % shapes === shape;
      const [r, c] = mine ? placeOf(probe) : [0, 0];
      const ring = mine ? `<rect class="dlf-ring" x="${c}" y="${r}" width="1" height="1"/>` : "";
      vary(drawing, { rows, columns });
      drawing.innerHTML = `<svg viewBox="0 0 ${columns} ${rows}" aria-hidden="true">${cells.join("")}${ring}</svg>`;
      const positive = own().filter((i) => matches[i] === 0).length;
      caption.textContent = `${size}: ${positive}`;
      element.setAttribute("aria-label", `Anchors of ${size} pixels: ${positive} positive. Arrow keys lead through them.`);
    };
    return { element: h("div", {}, element, caption), show };
  }

  let maps = [];

  function draw(state) {
    const { box, image, size, scales, ratios, stride, high: top, low: bottom, inside: only, faulty: wrong } = state;
    const [columns, rows] = size.map((side) => Math.floor(side / stride));
    const anchors = anchorsOf([columns, rows], stride, scales, ratios);
    const fitting = anchors.map((anchor) => within(anchor, size));
    const shapes = scales.length * ratios.length;
    const result = match(box, anchors, top, bottom, { allowed: fitting.map((fits) => fits || !only), faulty: wrong });
    worked = { ...result, columns, rows, shapes };
    const { overlaps, best, forced, matches } = result;
    const key = JSON.stringify([size, stride, scales, ratios]);
    if (table.dataset.key !== key) {
      table.dataset.key = key;
      gap = gapOf(anchors, fitting, size, stride);
      maps = range(shapes).map(mapOf);
      table.replaceChildren(...maps.map(({ element }) => element));
      vary(table, { count: ratios.length });
      probe = null;
    }
    const words = range(shapes).map((i) => `${fmt(Number((anchors[i][2] - anchors[i][0]).toFixed(1)))} × ` +
      fmt(Number((anchors[i][3] - anchors[i][1]).toFixed(1))));
    maps.forEach((map, i) => map.show(words[i].split(" × ").map((side) => Math.round(side)).join(" × "), worked));

    const positive = range(anchors.length).filter((i) => matches[i] === 0);
    const many = positive.length > 100 ? " dlf-many" : "";
    const dots = matrix(rows, columns, (r, c) =>
      `<circle class="dlf-centre" cx="${(c + 0.5) * stride}" cy="${(r + 0.5) * stride}" r="0.5"/>`).flat();
    const shown = probe === null ? "" : rect(anchors[probe], "dlf-halo") + rect(anchors[probe], "dlf-probe") +
      rect(intersection(anchors[probe], box), "dlf-shade");
    picture.show({
      image, size, label: `${positive.length} positive anchors over the picture`,
      marks: dots.join("") + positive.map((i) => rect(anchors[i], `dlf-anchor${many}`)).join("") +
        positive.filter((i) => forced[i] && best > 0).map((i) => rect(anchors[i], "dlf-best")).join("") +
        shown + rect(box, "dlf-halo") + rect(box, "dlf-true"),
    });
    truth.show(box);

    const number = (kind) => matches.filter((match) => match === kind).length;
    const lifted = positive.filter((i) => overlaps[i] < top).length;
    counts.positive.textContent = lifted && best > 0 ? `${positive.length} (${lifted} below ${fmt(top)})` : positive.length;
    counts.ignored.textContent = number(IGNORED);
    counts.negative.textContent = number(NEGATIVE);
    counts["left out"].textContent = number(OUTSIDE);
    const reached = positive.length - lifted;
    found.textContent = best === 0 && !wrong
      ? "No anchor overlaps this box. It gets no positive anchor, and the network learns nothing from it."
      : best === 0 ? `No anchor overlaps this box: its best IoU is 0, and every anchor has an IoU of 0. So all ${positive.length} ` +
        "are “the best” and become positive."
        : best >= top ? `The best IoU is ${thousandths(best)}; ${reached} ${reached === 1 ? "anchor reaches" : "anchors reach"} ` +
          `${fmt(top)}.`
          : `No anchor reaches ${fmt(top)}: the best IoU is ${thousandths(best)}. ` +
            `${lifted === 1 ? "That anchor is" : `The ${lifted} anchors that share it are`} positive all the same, or the box ` +
            "would teach nothing.";
    found.classList.toggle("dlf-fault", best === 0);
    if (probe === null) probed.textContent = "";
    else {
      const why = matches[probe] === 0 ? (overlaps[probe] >= top ? "positive" : "positive, as the best for the box")
        : NAMES[matches[probe]];
      probed.textContent = `Anchor of ${words[probe % shapes]} pixels, row ${Math.floor(probe / shapes / columns) + 1}, ` +
        `column ${(Math.floor(probe / shapes) % columns) + 1}: IoU ${thousandths(overlaps[probe])}, ${why}.`;
    }
    high.show(top);
    low.show(bottom);
    inner.show(only);
    faulty.show(wrong);
    trap.setAttribute("aria-disabled", !gap);
    trap.setAttribute("aria-pressed", only && same(box, gap));
    fig.say(probed.textContent || `${positive.length} positive, ${number(IGNORED)} ignored, ${number(NEGATIVE)} negative. ` +
      found.textContent);
  }

  return {
    draw,
    reset: () => { probe = null; },
    body: [
      h("div", { class: "dlf-choices" }, high, low, inner, faulty),
      h("div", { class: "dlf-sides" },
        h("div", {}, picture, h("div", { class: "dlf-presets" }, trap, button("reset", "Reset", fig.reset))),
        h("div", {}, list, h("p", { class: "dlf-title" }, "One map for each shape, with its positive anchors"), table)),
      found, probed,
    ],
  };
});
