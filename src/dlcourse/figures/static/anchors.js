// Shape priors among the sizes of true boxes: which prior is nearest, by IoU or by Euclidean distance, and k-means.

const HINT = "Each dot is a true box: its width to the right, its height upwards. Drag a numbered prior or move it with " +
  "the arrow keys (Home: back to its first place). The line from a prior leads to the mean of its boxes, where a step " +
  "of k-means takes it. Point at the plane, press on it, or move the diamond to compare one box with all priors.";
const COLOURS = ["#58a6ff", "#ffa04d", "#41d3b4", "#dd9bff", "#ffe066", "#ff8a8a", "#a3c94f", "#9fb0c3", "#e0a884"];
const TINTS = COLOURS.map((colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
const FINE = 200; // pixels along a side of the map of regions

/** IoU of two shapes [width, height] that have one centre. */
function overlap([a, b], [c, d]) {
  const both = Math.min(a, c) * Math.min(b, d);
  return both / (a * b + c * d - both);
}

/** How near a shape is to a prior: the larger, the nearer. */
const nearness = (shape, prior, euclidean) =>
  (euclidean ? -((shape[0] - prior[0]) ** 2 + (shape[1] - prior[1]) ** 2) : overlap(shape, prior));

/** The number of the prior that is nearest to a shape; the first one of equals. */
function nearestOf(shape, priors, euclidean) {
  let [found, best] = [0, -Infinity];
  priors.forEach((prior, i) => {
    const near = nearness(shape, prior, euclidean);
    if (near > best) [found, best] = [i, near];
  });
  return found;
}

const best = (shape, priors) => Math.max(...priors.map((prior) => overlap(shape, prior)));
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const cents = (shape) => shape.map((side) => Math.max(1, Math.round(100 * side) / 100));

/** Where each prior stands after a step of k-means: at the mean of its boxes, or where it was if it has none. */
function stepped(shapes, owners, priors) {
  return priors.map((prior, i) => {
    const mine = shapes.filter((_, n) => owners[n] === i);
    return mine.length ? cents([0, 1].map((axis) => mean(mine.map((shape) => shape[axis])))) : prior;
  });
}

const tenths = (x) => fmt(Number(x.toFixed(1)));
const sides = (shape) => shape.map(tenths).join(" × ");

export default figure("Shape priors and the sizes of boxes", (fig) => {
  const { fixed, read, write } = fig;
  const first = read();
  fig.hint(HINT);
  let limit = fixed.round; // the plane shows sides up to it
  let [hovered, painted] = [null, ""];
  const probed = (state) => fixed.probe.map((share) => Math.round(share * limitOf(state)));
  const limitOf = ({ sizes }) => fixed.round * Math.ceil(Math.max(...sizes.flat()) / fixed.round);
  let probe = probed(first);

  const shapesOf = ({ sizes, near_and_far: mixed }) => (mixed
    ? sizes.map((size, i) => size.map((side) => side * fixed.distances[i % fixed.distances.length])) : sizes);
  const count = counter("fewer priors", "more priors", (by) => {
    const { priors } = read();
    const shapes = shapesOf(read());
    const fits = shapes.map((shape) => best(shape, priors));
    const worst = shapes[fits.indexOf(Math.min(...fits))];
    write({ priors: by < 0 ? priors.slice(0, -1) : [...priors, cents(worst)] });
  });
  const euclid = tick("Euclidean distance instead of 1 − IoU", (on) => write({ euclidean: on }));
  const mixed = tick("boxes near and far", (on) => write({ near_and_far: on }));
  let after = first.priors;
  const step = h("button", { type: "button", class: "dlf-button dlf-primary", onclick: () => {
    if (!same(after, read().priors)) write({ priors: after });
  } }, "One step of k-means");
  const byHand = () => fixed.hand.scales.flatMap((scale) => fixed.hand.ratios.map((ratio) =>
    cents([(scale * limit) / Math.sqrt(ratio), scale * limit * Math.sqrt(ratio)])));
  const hand = h("button", { type: "button", class: "dlf-button", onclick: () => write({ priors: byHand() }) },
    "Nine by hand");

  // The plane of widths and heights: the regions, the dots, the handles of the priors, and the diamond.
  const canvas = h("canvas", { width: FINE, height: FINE, "aria-hidden": true });
  const dots = h("div", { class: "dlf-dots", role: "img" });
  const plane = h("div", { class: "dlf-plane" }, canvas, dots);
  const at = (event) => {
    const box = plane.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height]
      .map((share) => clamp(Math.round(share * limit), 1, limit));
  };
  function handle(name, role, get, set, home) {
    const element = h("div", { class: `dlf-handle dlf-${name}`, tabindex: 0, role: "application",
      "aria-roledescription": role });
    const put = (shape) => { if (!same(shape, get())) set(shape); };
    draggable(element, { start: (event) => event.stopPropagation(), move: (event) => put(at(event)) });
    return onKey(element, (key) => {
      if (key === "Home") put(home());
      else if (STEPS[key]) put([get()[0] + STEPS[key][1], get()[1] - STEPS[key][0]].map((x) => clamp(x, 1, limit)));
      else return false;
      return true;
    });
  }
  const diamond = handle("diamond", "box that can be moved", () => probe,
    (shape) => { [probe, hovered] = [shape, null]; fig.draw(); }, () => probed(read()));
  let handles = [];
  plane.addEventListener("pointermove", (event) => {
    const shape = event.buttons ? null : at(event);
    if (same(shape, hovered)) return;
    hovered = shape;
    fig.draw();
  });
  plane.addEventListener("pointerleave", () => { hovered = null; fig.draw(); });
  plane.addEventListener("click", (event) => {
    if (event.target.closest(".dlf-handle")) return;
    [probe, hovered] = [at(event), null];
    fig.draw();
  });
  const [upper, right] = [h("div", { class: "dlf-ticks dlf-up" }), h("div", { class: "dlf-ticks dlf-along" })];

  const picture = board();
  const list = h("ol", { class: "dlf-list" });
  const [fit, told, compared] = ["dlf-fit", "dlf-said", "dlf-compared"].map((name) => h("p", { class: name }));

  /** Colours the plane by the nearest prior, with a line where another one begins. */
  function paintRegions(priors, euclidean) {
    const owners = matrix(FINE, FINE, (r, c) =>
      nearestOf([(c + 0.5) / FINE, (FINE - r - 0.5) / FINE].map((x) => x * limit), priors, euclidean));
    const image = new ImageData(FINE, FINE);
    for (const r of range(FINE)) for (const c of range(FINE)) {
      const mine = owners[r][c];
      const edge = mine !== (owners[r + 1]?.[c] ?? mine) || mine !== (owners[r][c + 1] ?? mine);
      image.data.set(edge ? [122, 134, 150, 255] : [...TINTS[mine], 70], 4 * (r * FINE + c));
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function draw(state) {
    const { priors, euclidean, near_and_far: some } = state;
    limit = limitOf(state);
    const shapes = shapesOf(state);
    const owners = shapes.map((shape) => nearestOf(shape, priors, euclidean));
    const fits = shapes.map((shape) => best(shape, priors));
    after = stepped(shapes, owners, priors);
    const done = same(after, priors);
    const percent = (x) => Number(((100 * x) / limit).toFixed(2));
    const key = JSON.stringify([state.sizes, priors, euclidean, some]);
    if (key !== painted) {
      painted = key;
      paintRegions(priors, euclidean);
      const lines = priors.map((prior, i) => `<path d="M${percent(prior[0])} ${100 - percent(prior[1])}` +
        `L${percent(after[i][0])} ${100 - percent(after[i][1])}"/>`);
      dots.innerHTML = `<svg viewBox="0 0 100 100" aria-hidden="true">${shapes.map(([width, height], n) =>
        `<circle cx="${percent(width)}" cy="${100 - percent(height)}" r="0.9" fill="${COLOURS[owners[n]]}"/>`).join("")}` +
        `${lines.join("")}</svg>`;
      const values = range(5).map((i) => (i * limit) / 4);
      upper.replaceChildren(...values.toReversed().map((x) => h("span", {}, fmt(x))));
      right.replaceChildren(...values.map((x) => h("span", {}, fmt(x))));
    }
    const shares = range(priors.length).map((i) => owners.filter((owner) => owner === i).length);
    dots.setAttribute("aria-label", `${shapes.length} boxes in the colours of their priors: ${shares.join(", ")}`);

    if (handles.length !== priors.length) {
      handles = priors.map((_, i) => handles[i] ?? handle("prior", "prior that can be moved", () => read().priors[i],
        (shape) => write({ priors: read().priors.map((prior, j) => (j === i ? shape : prior)) }),
        () => first.priors[i] ?? read().priors[i]));
      plane.replaceChildren(canvas, dots, diamond, ...handles);
    }
    handles.forEach((element, i) => {
      vary(element, { x: percent(priors[i][0]), y: percent(priors[i][1]), colour: COLOURS[i] });
      element.textContent = i + 1;
      element.setAttribute("aria-label", `prior ${i + 1}: ${sides(priors[i])} pixels, ${shares[i]} boxes. Arrow keys ` +
        "move it, Home takes it back.");
    });

    // One box and all priors, with one centre.
    const shape = hovered ?? probe;
    const nearest = [false, true].map((way) => nearestOf(shape, priors, way));
    const winner = nearest[Number(euclidean)];
    vary(diamond, { x: percent(probe[0]), y: percent(probe[1]) });
    diamond.setAttribute("aria-label", `compared box: ${sides(probe)} pixels. Arrow keys move it, Home takes it back.`);
    const centred = ([width, height]) => [limit - width, limit - height, limit + width, limit + height].map((x) => x / 2);
    const both = priors[winner].map((side, axis) => Math.min(side, shape[axis]));
    picture.show({
      image: "", size: [limit, limit], label: `box of ${sides(shape)} pixels over all priors, with one centre`,
      marks: rect(centred(both), "dlf-shade", `style="--colour: ${COLOURS[winner]}"`) + priors.map((prior, i) =>
        ["dlf-halo", "dlf-shape"].map((name) => rect(centred(prior), `${name}${i === winner ? " dlf-now" : ""}`,
          `style="--colour: ${COLOURS[i]}"`)).join("")).join("") +
        rect(centred(shape), "dlf-probe"),
    });
    list.replaceChildren(...priors.map((prior, i) => h("li", { class: i === winner ? "dlf-now" : false },
      h("i", { style: `--colour: ${COLOURS[i]}`, "aria-hidden": true }, String(i + 1)),
      h("span", {}, sides(prior)), h("span", { class: "dlf-share" }, `${shares[i]} ${shares[i] === 1 ? "box" : "boxes"}`),
      h("span", { class: "dlf-iou" }, `IoU ${overlap(shape, prior).toFixed(2)}`))));

    const order = range(shapes.length).sort((a, b) => shapes[a][0] * shapes[a][1] - shapes[b][0] * shapes[b][1]);
    const small = order.slice(0, Math.ceil(shapes.length / 5)).map((n) => fits[n]);
    fit.textContent = `Mean best IoU: ${mean(fits).toFixed(3)}; of the smallest fifth of the boxes: ${mean(small).toFixed(3)}.`;
    const apart = shapes.filter((one) => nearestOf(one, priors, true) !== nearestOf(one, priors, false)).length;
    const far = Math.max(...priors.map((prior, i) => Math.hypot(after[i][0] - prior[0], after[i][1] - prior[1])));
    told.textContent = (done ? "A step of k-means changes nothing more. "
      : `The next step moves a prior by up to ${tenths(far)} ${tenths(far) === "1" ? "pixel" : "pixels"}. `) +
      `IoU and Euclidean distance choose different priors for ${apart} of ${shapes.length} boxes.`;
    const why = nearest[0] === nearest[1] ? `prior ${nearest[0] + 1} is the nearest by IoU and by Euclidean distance`
      : `prior ${nearest[0] + 1} is the nearest by IoU, prior ${nearest[1] + 1} by Euclidean distance`;
    compared.textContent = `A box of ${sides(shape)} pixels: ${why}.`;
    count.show(`${priors.length} ${priors.length === 1 ? "prior" : "priors"}`, priors.length === 1,
      priors.length === fixed.most);
    euclid.show(euclidean);
    mixed.show(some);
    step.setAttribute("aria-disabled", done);
    hand.setAttribute("aria-pressed", same(priors, byHand()));
    fig.say(`${count.textContent.slice(1, -1)}. ${fit.textContent} ${told.textContent} ${compared.textContent}`);
  }

  return {
    draw,
    reset: () => { [probe, hovered] = [probed(first), null]; },
    body: [
      h("div", { class: "dlf-choices" }, count, euclid, mixed),
      h("div", { class: "dlf-presets" }, step, hand, button("reset", "Reset", fig.reset)),
      fit,
      h("div", { class: "dlf-sides" },
        h("div", { class: "dlf-chart" }, h("span", { class: "dlf-axis dlf-height" }, "height in pixels"), upper, plane, right,
          h("span", { class: "dlf-axis dlf-width" }, "width in pixels")),
        h("div", { class: "dlf-beside" }, picture, list)),
      told, compared,
    ],
  };
});
