// Two boxes over a picture: a reader moves them, and sees intersection, union and the fraction of both.

const HINT = "Drag a box or its lower right corner, or choose one with the Tab key and move it with the arrow keys. " +
  "Solid: the true box; dashed: the predicted one. Blue: the intersection; orange: what only one of both covers.";
const outline = ([x0, y0, x1, y1]) => `M${x0} ${y0}H${x1}V${y1}H${x0}z`;
const sides = ([x0, y0, x1, y1]) => `${fmt(x1 - x0)} × ${fmt(y1 - y0)}`;

export default figure("Intersection over union of two boxes", (fig) => {
  const { fixed, read, write } = fig;
  const first = read();
  fig.hint(HINT);

  const parts = { truth: "true box", prediction: "predicted box" };
  const boxes = Object.entries(parts).map(([key, name]) => movable(key, name, {
    get: () => read()[key], set: (box) => write({ [key]: box }), home: first[key], size: () => read().size,
  }));
  const picture = board(...boxes.flatMap(({ elements }) => elements));

  const rows = Object.fromEntries([
    ["truth", "true box"], ["prediction", "predicted box"], ["both", "intersection"], ["either", "union"],
  ].map(([key, text]) => [key, [h("dt", {}, h("i", { class: `dlf-key-${key}`, "aria-hidden": true }), text), h("dd")]]));
  const list = h("dl", {}, ...Object.values(rows).map((pair) => h("div", {}, ...pair)));
  const fraction = h("p", { class: "dlf-fraction" });
  const gauge = h("div", { class: "dlf-gauge", "aria-hidden": true }, h("i"),
    ...fixed.thresholds.map((x) => h("span", { style: `--at: ${x}` }, fmt(x))));
  const found = h("p", { class: "dlf-said" });

  // The same shift costs a small box more: squares on offer, and a table.
  const square = (side, [width, height]) => {
    const [x, y] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
    return { truth: [x, y, x + side, y + side], prediction: [x, y, x + side, y + side].map((value, i) =>
      (i % 2 ? value : value + fixed.shift)) };
  };
  const fits = (side, [width, height]) => side + 2 * fixed.shift <= width && side <= height;
  const squares = fixed.sides.map((side) => h("button", {
    type: "button", class: "dlf-button", onclick: () => { if (fits(side, read().size)) write(square(side, read().size)); },
  }, `${side} × ${side}`));
  const cells = matrix(fixed.sides.length + 1, fixed.shifts.length, () => h("td", { class: "dlf-cell" }));
  const widths = cells.map((_, i) => h("th", { scope: "row" }, `${fixed.sides[i]} wide`));
  const table = h("table", {},
    h("caption", {}, "IoU of two equal boxes, one of them moved to the right by"),
    h("thead", {}, h("tr", {}, h("td"), ...fixed.shifts.map((by) => h("th", { scope: "col" }, `${by} px`)))),
    h("tbody", {}, ...cells.map((line, i) => h("tr", {}, widths[i], ...line))));

  function draw({ truth, prediction, image, size }) {
    const overlap = intersection(truth, prediction);
    const [both, one, two] = [overlap, truth, prediction].map(area);
    const either = one + two - both;
    const value = iou(truth, prediction);
    picture.show({
      image, size, label: `true box: ${inWords(truth)}; predicted box: ${inWords(prediction)}`,
      marks: `<path class="dlf-only" fill-rule="evenodd" d="${outline(truth)}${outline(prediction)}"/>` + rect(both > 0 ? overlap : [0, 0, 0, 0], "dlf-both") +
        rect(truth, "dlf-halo") + rect(truth, "dlf-true") + rect(prediction, "dlf-halo") +
        rect(prediction, "dlf-predicted"),
    });
    boxes[0].show(truth);
    boxes[1].show(prediction);
    rows.truth[1].textContent = `${sides(truth)} = ${fmt(one)}`;
    rows.prediction[1].textContent = `${sides(prediction)} = ${fmt(two)}`;
    rows.both[1].textContent = both > 0 ? `${sides(overlap)} = ${fmt(both)}` : "0";
    rows.either[1].textContent = `${fmt(one)} + ${fmt(two)} − ${fmt(both)} = ${fmt(either)}`;
    const shown = thousandths(value);
    fraction.textContent = `IoU = ${fmt(both)} / ${fmt(either)} ${Math.abs(shown - value) < 1e-9 ? "=" : "≈"} ${shown}`;
    vary(gauge, { share: value });
    gauge.dataset.value = value;
    const [low, high] = fixed.thresholds;
    found.textContent = value >= high ? `Found, even where an IoU of ${high} is asked for.`
      : value >= low ? `Found where an IoU of ${low} is asked for, missed at ${high}.`
        : both > 0 ? `Missed: an IoU of at least ${low} is asked for.` : "The boxes do not overlap: the IoU is 0.";
    squares.forEach((element, i) => {
      element.setAttribute("aria-pressed", same(square(fixed.sides[i], size), { truth, prediction }));
      element.setAttribute("aria-disabled", !fits(fixed.sides[i], size));
    });
    const own = truth[2] - truth[0];
    widths.at(-1).textContent = `true box, ${fmt(own)}`;
    cells.forEach((line, i) => line.forEach((cell, j) => {
      const width = fixed.sides[i] ?? own;
      paint(cell, iou([0, 0, width, 1], [fixed.shifts[j], 0, width + fixed.shifts[j], 1]), 1);
    }));
    fig.say(`Intersection ${fmt(both)}, union ${fmt(either)}, IoU ${shown}. ${found.textContent}`);
  }

  return {
    draw,
    body: [
      h("div", { class: "dlf-sides" }, picture, h("div", { class: "dlf-facts" }, list, fraction, gauge, found,
        h("div", { class: "dlf-presets" },
          h("span", {}, `Squares, the predicted one ${fixed.shift} pixels further right:`), ...squares,
          button("reset", "Reset", fig.reset)))),
      h("div", { class: "dlf-sides" }, table, fig.note),
    ],
  };
});
