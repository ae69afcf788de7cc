// What each cell of a YOLO predicts: its boxes, their confidences, its class probabilities; and what stays of all boxes.

const HINT = "Each cell predicts a few boxes, a confidence for each, and one probability for each class. Press on a cell " +
  "or walk through the grid with the arrow keys (Home: the most confident cell). A dot marks the centre of a box. The " +
  "outputs are plain numbers, so that some are below 0 or above 1; they are cut to 0 to 1 before they are multiplied.";
const COLOURS = ["#58a6ff", "#ffa04d", "#41d3b4", "#dd9bff", "#ffe066"];
const DASHES = ["", "7 4", "2 3", "10 3 2 3", "1 5"]; // of the boxes of a cell
const [ONE, ALL, CLASSES, ABOVE, KEPT] = ["one cell", "all boxes", "classes", "above the threshold", "after NMS"];

const share = (x) => clamp(x, 0, 1);
const hundredths = (x) => x.toFixed(2).replace("-", "−").replace("−0.00", "0.00");
const colour = (k) => COLOURS[k % COLOURS.length];
const likeliest = (values) => values.indexOf(Math.max(...values));

/** All boxes with their places: row, column, number in the cell, confidence, and a score for each class. */
function allBoxes({ boxes, confidences, classes }) {
  return boxes.flatMap((line, r) => line.flatMap((cell, c) => cell.map((box, b) => ({
    box, place: [r, c], b, confidence: confidences[r][c][b],
    scores: classes[r][c].map((p) => share(confidences[r][c][b]) * share(p)),
  }))));
}

/** Each box with each class whose score reaches the threshold, cut off at the edges of the picture. */
function above(all, threshold, [width, height]) {
  return all.flatMap(({ box: [x0, y0, x1, y1], scores }) => scores.flatMap((score, label) => {
    const box = [clamp(x0, 0, width), clamp(y0, 0, height), clamp(x1, 0, width), clamp(y1, 0, height)];
    return score >= threshold && area(box) > 0 ? [{ box, score, label }] : [];
  }));
}

/** The cell whose best box has the highest confidence. */
function surest({ confidences }) {
  const best = confidences.flatMap((line, r) => line.map((cell, c) => ({ place: [r, c], x: Math.max(...cell) })));
  return best.reduce((a, b) => (b.x > a.x ? b : a)).place;
}

export default figure("What the cells of a YOLO predict", (fig) => {
  const { fixed, read, write } = fig;
  fig.hint(HINT);
  const outputsOf = ({ scenes, scene }) => scenes[scene] ?? Object.values(scenes)[0]; // Python may change one first
  const now = () => outputsOf(read());
  const grid = () => [now().boxes.length, now().boxes[0].length];
  const sceneMenu = menu("Scene", (scene) => write({ scene, cell: surest(read().scenes[scene]) }));
  const stages = menu("Show", (stage) => write({ stage }));
  const bounds = [0, 1, fixed.step];
  const threshold = slider("threshold of the score", "score from", bounds, (x) => write({ threshold: x }));
  const overlaps = slider("IoU threshold of non-maximum suppression", "IoU threshold", bounds, (x) =>
    write({ iou_threshold: x }));

  const cells = h("div", { class: "dlf-cells", tabindex: 0, role: "application", "aria-roledescription": "grid of cells" });
  const picture = board(cells);
  cells.addEventListener("click", (event) => {
    const at = picture.at(event).map((x, axis) => x / now().size[axis]);
    write({ cell: [1, 0].map((axis, i) => clamp(Math.floor(at[axis] * grid()[i]), 0, grid()[i] - 1)) });
  });
  onKey(cells, (key) => {
    const to = key === "Home" ? surest(now()) : STEPS[key] && placeAfter(key, read().cell, grid());
    if (!to) return false;
    if (!same(to, read().cell)) write({ cell: to });
    return true;
  });
  const title = h("p", { class: "dlf-title" });
  const [head, body] = [h("tr"), h("tbody")];
  const table = h("table", {}, h("thead", {}, head), body);
  const [counted, found] = [h("p", { class: "dlf-counted" }), h("p", { class: "dlf-said" })];

  const lines = ([rows, columns], [width, height]) => [
    ...range(rows - 1).map((i) => `M0 ${((i + 1) * height) / rows}H${width}`),
    ...range(columns - 1).map((i) => `M${((i + 1) * width) / columns} 0V${height}`),
  ].join("");
  const dot = ([x0, y0, x1, y1], k) =>
    `<circle class="dlf-dot" style="--colour: ${colour(k)}" cx="${(x0 + x1) / 2}" cy="${(y0 + y1) / 2}" r="1.2"/>`;
  const outline = (box, k, wide, more = "") => rect(box, "dlf-halo", `style="--wide: ${wide + 2}" ${more}`) +
    rect(box, "dlf-line", `style="--colour: ${colour(k)}; --wide: ${wide}" ${more}`);

  function draw(state) {
    const { scenes, scene, stage, cell, threshold: least, iou_threshold: limit } = state;
    const outputs = outputsOf(state);
    const { image, size, boxes, confidences, classes } = outputs;
    const shape = [boxes.length, boxes[0].length];
    const names = classes[0][0].map((_, k) => state.names[k] ?? String(k));
    const [r, c] = cell.map((at, i) => Math.min(at, shape[i] - 1));
    const all = allBoxes(outputs);
    const mine = all.filter(({ place }) => same(place, [r, c]));
    const rivals = above(all, least, size);
    const by = nms(rivals.map(({ box }) => box), rivals.map(({ score }) => score), limit, rivals.map(({ label }) => label));
    const order = ranked(rivals.map(({ score }) => score));
    const kept = order.filter((i) => by[i] === null).map((i) => rivals[i]);
    const name = ({ score, label }) => `${names[label]} ${hundredths(score)}`;

    // What stands over the picture.
    const inCell = (i, j) => [(j * size[0]) / shape[1], (i * size[1]) / shape[0],
      ((j + 1) * size[0]) / shape[1], ((i + 1) * size[1]) / shape[0]];
    const tag = (one) => `<g style="--colour: ${colour(one.label)}">${tagAt(one.box, name(one), size)}</g>`;
    const drawn = {
      [ONE]: () => mine.map(({ box, b, confidence, scores }) => outline(box, likeliest(scores), 1 + 3 * share(confidence),
        `stroke-dasharray="${DASHES[b]}"`) + dot(box, likeliest(scores))),
      [ALL]: () => all.toSorted((a, b) => a.confidence - b.confidence).map(({ box, confidence, scores }) =>
        outline(box, likeliest(scores), 0.5 + 4 * share(confidence))),
      [CLASSES]: () => classes.flatMap((line, i) => line.map((values, j) => {
        const k = likeliest(values);
        return rect(inCell(i, j), "dlf-class", `style="--colour: ${colour(k)}; --amount: ${share(values[k]).toFixed(3)}"`);
      })),
      [ABOVE]: () => order.toReversed().map((i) => outline(rivals[i].box, rivals[i].label, 2) +
        dot(rivals[i].box, rivals[i].label)).concat(rivals.length > 12 ? [] : order.toReversed().map((i) => tag(rivals[i]))),
      [KEPT]: () => kept.toReversed().map((one) => outline(one.box, one.label, 3) + dot(one.box, one.label))
        .concat(kept.length > 12 ? [] : kept.toReversed().map(tag)),
    }[stage]();
    const said = {
      [ONE]: `the ${mine.length} boxes of row ${r + 1}, column ${c + 1}`,
      [ALL]: `all ${all.length} boxes, the bolder, the higher their confidence`,
      [CLASSES]: "the likeliest class of each cell, the stronger the colour, the higher its probability",
      [ABOVE]: `boxes with a score from ${fmt(least)}`,
      [KEPT]: `boxes that stay: ${kept.map(name).join(", ") || "none"}`,
    }[stage];
    const chosen = rect(inCell(r, c), "dlf-halo", 'style="--wide: 5"') + rect(inCell(r, c), "dlf-chosen");
    picture.show({
      image, size, label: said,
      marks: ["dlf-under", "dlf-lines"].map((kind) => `<path class="${kind}" d="${lines(shape, size)}"/>`).join("") +
        (stage === ONE ? [chosen, ...drawn] : [...drawn, chosen]).join(""),
    });

    // The chosen cell in numbers.
    title.replaceChildren(h("strong", {}, `Cell in row ${r + 1}, column ${c + 1}`));
    head.replaceChildren(h("td", {}, h("small", {}, "confidence")), ...mine.map(({ b, box, confidence }) => h("th", { scope: "col" },
      h("span", { class: "dlf-key", "aria-hidden": true }), `box ${b + 1}`,
      h("small", {}, `${fmt(Math.round(box[2] - box[0]))} × ${fmt(Math.round(box[3] - box[1]))} pixels`),
      h("b", {}, hundredths(confidence)))));
    [...head.querySelectorAll(".dlf-key")].forEach((key, b) => {
      key.innerHTML = `<svg viewBox="0 0 40 4" aria-hidden="true"><path d="M0 2H40" stroke-dasharray="${DASHES[b]}"/></svg>`;
    });
    body.replaceChildren(...names.map((text, k) => h("tr", {},
      h("th", { scope: "row" }, h("i", { style: `--colour: ${colour(k)}`, "aria-hidden": true }), `${text} `,
        h("b", {}, hundredths(classes[r][c][k]))),
      ...mine.map(({ scores }) => h("td", { class: scores[k] >= least ? "dlf-over" : false,
        style: `--amount: ${scores[k].toFixed(3)}` }, hundredths(scores[k]))))));

    counted.textContent = `${all.length} ${all.length === 1 ? "box" : "boxes"}; ${rivals.length} ${rivals.length === 1 ? "score reaches" : "scores reach"} ` +
      `${fmt(least)}; ${kept.length} ${kept.length === 1 ? "box stays" : "boxes stay"} after NMS` +
      `${kept.length && kept.length < 7 ? `: ${kept.map(name).join(", ")}` : ""}.`;
    const top = mine.flatMap(({ b, scores, confidence }) => scores.map((score, label) => ({ b, score, label, confidence })))
      .reduce((a, b) => (b.score > a.score ? b : a));
    const [x, y] = [share(top.confidence), share(classes[r][c][top.label])].map(hundredths);
    found.textContent = `Highest score of this cell: box ${top.b + 1}, ${names[top.label]}, confidence ${x} × ` +
      `probability ${y} = ${hundredths(top.score)}, which ${top.score >= least ? "reaches" : "is below"} ${fmt(least)}.`;
    sceneMenu.show(Object.keys(scenes), scene);
    stages.show(fixed.stages, stage);
    threshold.show(least);
    overlaps.show(limit);
    cells.setAttribute("aria-label", `Grid of ${shape[0]} rows and ${shape[1]} columns, row ${r + 1}, column ${c + 1} ` +
      "chosen. Arrow keys lead through it, Home to the most confident cell.");
    fig.say(`Row ${r + 1}, column ${c + 1}. ${found.textContent} ${counted.textContent} Shown: ${said}.`);
  }

  return {
    draw,
    body: [
      h("div", { class: "dlf-choices" }, sceneMenu, stages, button("reset", "Reset", fig.reset)),
      h("div", { class: "dlf-choices" }, threshold, overlaps),
      counted,
      h("div", { class: "dlf-sides" }, picture, h("div", { class: "dlf-numbers" }, title, table, found)),
    ],
  };
});
