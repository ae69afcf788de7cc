// Non-maximum suppression: many boxes with scores over a picture, which of them stay, and what suppressed the others.

const HINT = "Boxes are taken by falling score. Solid: it stays. Dashed: a better box that it overlaps by more than " +
  "the threshold has suppressed it. Point at a box, in the picture or in the list, or choose one in the list.";
const COLOURS = ["#58a6ff", "#ffa04d", "#41d3b4", "#dd9bff", "#ffe066"];

export default figure("Non-maximum suppression", (fig) => {
  const { write, fixed } = fig;
  let [pointed, picked] = [null, null]; // boxes, by their numbers
  fig.hint(HINT);

  const threshold = slider("IoU threshold", "IoU threshold", [0, 1, fixed.step], (x) => write({ threshold: x }));
  const separate = tick("each class by itself", (on) => write({ per_class: on }));
  const picture = board();
  const list = h("ol", { class: "dlf-list" });
  const [counted, found] = [h("p", { class: "dlf-counted" }), h("p", { class: "dlf-said" })];

  const point = (i) => {
    if (i === pointed) return;
    pointed = i;
    fig.draw();
  };
  const pick = (i) => {
    picked = picked === i ? null : i;
    fig.draw();
  };
  /** The smallest box under a pointer. */
  const under = (event) => {
    const [x, y] = picture.at(event);
    const around = fig.read().detections.map((row, i) => [area(row), i, row])
      .filter(([, , [x0, y0, x1, y1]]) => x0 <= x && x <= x1 && y0 <= y && y <= y1);
    return around.sort((a, b) => a[0] - b[0])[0]?.[1] ?? null;
  };
  picture.addEventListener("pointermove", (event) => point(under(event)));
  picture.addEventListener("pointerleave", () => point(null));
  picture.addEventListener("click", (event) => { const i = under(event); if (i !== null) pick(i); });

  let entries = [];
  function refill(order) {
    if (same(entries.map(({ i }) => i), order)) return;
    entries = order.map((i) => {
      const [swatch, text, fate] = [h("i", { "aria-hidden": true }), h("span"), h("span", { class: "dlf-fate" })];
      const element = h("button", {
        type: "button", class: "dlf-entry", onclick: () => pick(i), onpointerenter: () => point(i),
        onpointerleave: () => point(null), onfocus: () => point(i), onblur: () => point(null),
      }, swatch, text, fate);
      return { i, element, swatch, text, fate };
    });
    list.replaceChildren(...entries.map(({ element }) => h("li", {}, element)));
  }

  function draw({ image, size, detections, names, threshold: limit, per_class: alone }) {
    const scores = detections.map((row) => row[4]);
    const labels = detections.map((row) => row[5]);
    const corners = detections.map((row) => row.slice(0, 4));
    const [order, by] = [ranked(scores), nms(corners, scores, limit, alone ? labels : null)];
    const place = order.map((_, i) => order.indexOf(i) + 1); // what a reader sees: the best is 1
    const kept = order.filter((i) => by[i] === null);
    const colour = (i) => COLOURS[labels[i] % COLOURS.length];
    const name = (i) => `${names[labels[i]] ?? labels[i]} ${fmt(scores[i])}`;
    const [now] = [pointed, picked].filter((i) => i !== null && i < detections.length);
    const victims = order.filter((i) => by[i] === now);
    const rival = by[now] ?? null;
    const involved = now === undefined ? [] : [now, rival, ...victims];

    // Suppressed boxes first, so that those that stay lie over them; what is pointed at last.
    const box = (i) => {
      const kind = `${by[i] === null ? "dlf-kept" : "dlf-gone"}${i === now ? " dlf-now" : ""}` +
        `${involved.length && !involved.includes(i) ? " dlf-faint" : ""}`;
      return `<g class="${kind}" style="--colour: ${colour(i)}">${rect(corners[i], "dlf-halo")}` +
        `${rect(corners[i], "dlf-line")}</g>`;
    };
    const tag = (i) => `<g style="--colour: ${colour(i)}">${tagAt(corners[i], `${place[i]}: ${name(i)}`, size)}</g>`;
    const layers = order.toReversed().sort((i, j) => (by[i] === null) - (by[j] === null) || (i === now) - (j === now));
    const tagged = now === undefined ? kept.toReversed() : involved.filter((i) => i !== null).toReversed();
    const shade = now === undefined || rival === null ? ""
      : rect(intersection(corners[now], corners[rival]), "dlf-shade");
    picture.show({
      image, size, marks: shade + layers.map(box).join("") + tagged.map(tag).join(""),
      label: `${detections.length} boxes, of which these stay: ${kept.map(name).join(", ") || "none"}`,
    });

    refill(order);
    for (const { i, element, swatch, text, fate } of entries) {
      vary(swatch, { colour: colour(i) });
      text.textContent = `${place[i]}: ${name(i)}`;
      fate.textContent = by[i] === null ? "stays" : `by ${place[by[i]]}, IoU ${thousandths(iou(corners[i], corners[by[i]]))}`;
      element.classList.toggle("dlf-gone", by[i] !== null);
      element.classList.toggle("dlf-linked", involved.includes(i));
      element.setAttribute("aria-pressed", i === picked);
      element.setAttribute("aria-label", `${text.textContent}, ${by[i] === null ? "stays" : `suppressed ${fate.textContent}`}`);
    }
    threshold.show(limit);
    separate.show(alone);
    const present = [...new Set(labels)].sort((a, b) => a - b);
    const classes = present.map((k) => `${names[k] ?? k} ${kept.filter((i) => labels[i] === k).length}`);
    counted.textContent = `${kept.length} of ${detections.length} boxes stay${classes.length ? `: ${classes.join(", ")}` : ""}.`;
    found.textContent = now === undefined ? "" : rival !== null
      ? `${place[now]}: ${name(now)} is suppressed by ${place[rival]}: ${name(rival)}; their IoU is ` +
        `${thousandths(iou(corners[now], corners[rival]))}, which is more than ${fmt(limit)}.`
      : `${place[now]}: ${name(now)} stays${victims.length ? ` and suppresses ${victims.map((i) => place[i]).join(", ")}.` : "."}`;
    fig.say(`${counted.textContent} ${found.textContent}`.trim());
  }

  return {
    draw,
    reset: () => { [pointed, picked] = [null, null]; },
    body: [
      h("div", { class: "dlf-choices" }, threshold, separate, button("reset", "Reset", fig.reset)),
      counted,
      h("div", { class: "dlf-sides" }, picture, list),
      found,
    ],
  };
});
