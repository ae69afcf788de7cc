// One neuron with two inputs: its boundary, its output on the plane, and the points that it is to tell apart.

const [LOW, HIGH] = [-1, 2]; // both inputs, on the plane
const LARGEST = { weight: 5, bias: 10 };
const ARROW = 0.2; // the weight vector is drawn at this share of its length
const REACH = 6; // sums on the curve of the activation function
const BANDS = 12;
const HINT = "Drag the plane to move the boundary, the tip of the arrow to turn it, or use the sliders. Choose a point " +
  "to see its sum. The arrow is the weight vector, at a fifth of its length: it is perpendicular to the boundary and " +
  "points to the side where the sum is above zero. A cross marks a point on the wrong side. The colour of the plane is " +
  "the output: blue above zero, orange below, deepest at 1 and −1 (with ReLU, at the largest output on the plane).";
const nameOf = (activation) => (activation === "sigmoid" ? "σ" : activation);
const logit = (y) => Math.log(y / (1 - y));
const ACTIVATIONS = { // the function, its range on the curve, and the sum at which it takes a share of that range
  step: { f: (z) => Number(z > 0), low: 0, high: 1, at: () => [0] },
  sigmoid: { f: (z) => 1 / (1 + Math.exp(-z)), low: 0, high: 1, at: (shares) => shares.map(logit) },
  tanh: { f: Math.tanh, low: -1, high: 1, at: (shares) => shares.map((share) => Math.atanh(2 * share - 1)) },
  ReLU: { f: (z) => Math.max(0, z), low: 0, high: REACH, at: (shares, most) => [0, ...shares.map((s) => s * most)] },
};

/** The weighted sum; rounding is no side of the boundary. */
function weightedSum([w1, w2], bias, [x1, x2]) {
  const z = w1 * x1 + w2 * x2 + bias;
  return Math.abs(z) < 1e-9 ? 0 : z;
}

/** The part of the polygon where `value(corner)` is 0 or more. */
function cut(polygon, value) {
  return polygon.flatMap((here, i) => {
    const next = polygon[(i + 1) % polygon.length];
    const [a, b] = [value(here), value(next)];
    const crossing = () => here.map((x, axis) => x + (a / (a - b)) * (next[axis] - x));
    return [...(a >= 0 ? [here] : []), ...(a * b < 0 ? [crossing()] : [])];
  });
}

/** The two ends of the boundary on the plane, or null if it is not on it. */
function boundaryOf(weights, bias) {
  if (!weights[0] && !weights[1]) return null;
  const corners = [[LOW, LOW], [HIGH, LOW], [HIGH, HIGH], [LOW, HIGH]];
  const value = (x) => weights[0] * x[0] + weights[1] * x[1] + bias;
  const ends = corners.flatMap((here, i) => {
    const next = corners[(i + 1) % 4];
    const [a, b] = [value(here), value(next)];
    if (a === 0) return [here];
    return a * b < 0 ? [here.map((x, axis) => x + (a / (a - b)) * (next[axis] - x))] : [];
  });
  return ends.length > 1 ? [ends[0], ends.at(-1)] : null;
}

function render({ model, el }) {
  const KEYS = ["weights", "bias", "activation", "datasets", "data", "point"];
  const read = () => {
    const state = Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
    return { ...state, points: typeof state.data === "string" ? state.datasets[state.data] : state.data };
  };
  const first = structuredClone(Object.fromEntries(KEYS.map((key) => [key, model.get(key)])));
  const write = (changes) => { model.set(changes); model.save_changes(); };
  const round = (x, most) => clamp(Number(x.toFixed(2)), -most, most) + 0;
  const setWeight = (i) => (x) => write({ weights: model.get("weights").map((w, j) => (i === j ? x : w)) });

  const sets = menu("Points", (name) => write({ data: name, point: 0 }));
  const functions = menu("Activation", (name) => write({ activation: name }));
  const sliders = [
    slider("weight 1", "w₁", [-LARGEST.weight, LARGEST.weight, 0.1], setWeight(0)),
    slider("weight 2", "w₂", [-LARGEST.weight, LARGEST.weight, 0.1], setWeight(1)),
    slider("bias", "b", [-LARGEST.bias, LARGEST.bias, 0.1], (x) => write({ bias: x })),
  ];
  const plane = h("div", { class: "dlf-plane", role: "img" });
  const curve = h("div", { class: "dlf-curve", role: "img" });
  const score = h("p", { class: "dlf-score" });
  const sum = h("p", { class: "dlf-sums" });
  const verdict = h("p", { class: "dlf-judged" });
  const live = h("p", { class: "dlf-hidden", "aria-live": "polite" });
  const choose = (by) => {
    const n = read().points.length;
    write({ point: (model.get("point") + by + n) % n });
  };
  const before = button("previous", "", () => choose(-1), { "aria-label": "previous point" });
  const after = button("next", "", () => choose(1), { "aria-label": "next point" });
  const which = h("span", { class: "dlf-which" });
  const reset = button("reset", "Reset", () => write(structuredClone(first)));

  // The plane is a handle: its arrow's tip turns the boundary, any other place moves it, a press chooses a point.
  const across = (x) => ((x - LOW) / (HIGH - LOW)) * 300;
  const place = ([x1, x2]) => [across(x1), 300 - across(x2)];
  const pointed = (event) => {
    const box = plane.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
    return share.map((s) => LOW + s * (HIGH - LOW));
  };
  const pixels = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) * plane.clientWidth / (HIGH - LOW);
  function arrowOf({ weights, bias }) {
    const ends = boundaryOf(weights, bias);
    const foot = ends ? [0, 1].map((axis) => (ends[0][axis] + ends[1][axis]) / 2) : [0.5, 0.5];
    return { ends, foot, tip: foot.map((x, axis) => x + ARROW * weights[axis]) };
  }
  let grip = null;
  plane.addEventListener("pointerdown", (event) => {
    if (event.button || grip) return;
    plane.setPointerCapture(event.pointerId);
    const state = read();
    const arrow = arrowOf(state);
    const at = pointed(event);
    grip = { id: event.pointerId, at, state, arrow, turns: pixels(at, arrow.tip) < 22, moved: false };
  });
  plane.addEventListener("pointermove", (event) => {
    if (grip?.id !== event.pointerId) return;
    const to = pointed(event);
    if (!grip.moved && pixels(to, grip.at) < 5) return;
    grip.moved = true;
    const { weights, bias } = grip.state;
    const { foot, ends } = grip.arrow;
    const by = to.map((x, axis) => x - grip.at[axis]);
    if (grip.turns) {
      const turned = foot.map((x, axis) => round((grip.arrow.tip[axis] + by[axis] - x) / ARROW, LARGEST.weight));
      const through = -(turned[0] * foot[0] + turned[1] * foot[1]);
      write({ weights: turned, bias: ends ? round(through, LARGEST.bias) : bias });
    } else {
      write({ bias: round(bias - weights[0] * by[0] - weights[1] * by[1], LARGEST.bias) });
    }
  });
  plane.addEventListener("pointerup", (event) => {
    if (grip?.id !== event.pointerId || grip.moved) return;
    const distances = read().points.map((point) => pixels(point, grip.at));
    const nearest = distances.indexOf(Math.min(...distances));
    if (distances[nearest] < 40) write({ point: nearest });
  });
  plane.addEventListener("lostpointercapture", (event) => { if (grip?.id === event.pointerId) grip = null; });

  const tinted = (output) => `class="dlf-tint${output < 0 ? " dlf-below" : ""}" ` +
    `style="--amount: ${clamp(Math.abs(output), 0, 1).toFixed(3)}"`;
  const outlined = (polygon) => polygon.map((corner) => place(corner).map((x) => x.toFixed(2)).join(" ")).join(",");
  const mark = ([x, y], label, attributes = "") => (label
    ? `<circle cx="${x}" cy="${y}" r="7" class="dlf-one" ${attributes}/>`
    : `<rect x="${x - 6}" y="${y - 6}" width="12" height="12" class="dlf-none" ${attributes}/>`);

  /** The plane in bands of equal output, the boundary, the arrow and the points. */
  function drawPlane(state, sums) {
    const { weights, bias, activation, points, point } = state;
    const { f, at, low, high } = ACTIVATIONS[activation];
    const corners = [[LOW, LOW], [HIGH, LOW], [HIGH, HIGH], [LOW, HIGH]];
    const at_ = (x) => weights[0] * x[0] + weights[1] * x[1] + bias;
    const [least, most] = [Math.min, Math.max].map((pick) => pick(...corners.map(at_)));
    const top = activation === "ReLU" ? Math.max(most, 1e-9) : high;
    const shares = range(BANDS - 1).map((i) => (i + 1) / BANDS);
    const edges = [-Infinity, ...at(shares, top), Infinity];
    const bands = edges.slice(1).map((to, i) => {
      const from = edges[i];
      const above = from > -Infinity ? cut(corners, (x) => at_(x) - from) : corners;
      const band = to < Infinity && above.length ? cut(above, (x) => to - at_(x)) : above;
      const [a, b] = [Math.max(from, least), Math.min(to, most)];
      const middle = activation === "step" ? f(i ? 1 : -1) : (f(a) + f(b)) / 2;
      if (a > b || band.length < 3) return "";
      return `<polygon points="${outlined(band)}" ${tinted(middle / Math.max(-low, top))}/>`;
    });
    const { ends, foot, tip } = arrowOf(state);
    const [[x, y], [tx, ty]] = [place(foot), place(tip)];
    const long = Math.hypot(tx - x, ty - y);
    const [dx, dy] = long ? [(tx - x) / long, (ty - y) / long] : [0, 0];
    const side = (by) => `${tx - 11 * dx - by * 6 * dy} ${ty - 11 * dy + by * 6 * dx}`;
    const square = 9; // the mark of the right angle
    const [sx, sy] = [square * dx, square * dy];
    const corner = `M${x + sx} ${y + sy}l${sy} ${-sx}l${-sx} ${-sy}`;
    const line = ends ? `<path class="dlf-boundary" d="M${ends.map((end) => place(end).join(" ")).join("L")}"/>` : "";
    const arrow = long ? `<path class="dlf-weights" d="M${x} ${y}L${tx - 8 * dx} ${ty - 8 * dy}"/>` +
      `<path class="dlf-tip" d="M${tx} ${ty}L${side(1)}L${side(-1)}Z"/>` +
      (ends && long > 3 * square ? `<path class="dlf-angle" d="${corner}"/>` : "") : "";
    const axes = [0, 1].map((i) => `M${across(i)} 0V300M0 ${across(i)}H300`).join("");
    const shown = points.map(([x1, x2, label], i) => {
      const [px, py] = place([x1, x2]);
      const cross = `<path class="dlf-wrong" d="M${px - 11} ${py - 11}l22 22m0-22l-22 22"/>`;
      const wrong = (sums[i] > 0) !== (label === 1) ? cross : "";
      const ring = i === point ? `<circle cx="${px}" cy="${py}" r="14" class="dlf-ring"/>` : "";
      return `<g data-sum="${sums[i]}">${ring}${wrong}${mark([px, py], label)}</g>`;
    });
    plane.innerHTML = `<svg viewBox="0 0 300 300" aria-hidden="true">${bands.join("")}` +
      `<path class="dlf-axes" d="${axes}"/>${line}${shown.join("")}${arrow}</svg>`;
    plane.append(...[0, 1].flatMap((i) => [
      h("span", { class: "dlf-tick dlf-tick-x", style: `--at: ${across(i) / 3}%` }, i),
      h("span", { class: "dlf-tick dlf-tick-y", style: `--at: ${across(i) / 3}%` }, i)]),
      h("span", { class: "dlf-axis dlf-axis-x" }, "x₁"), h("span", { class: "dlf-axis dlf-axis-y" }, "x₂"));
    return Boolean(ends);
  }

  /** The activation function, and where the points stand on it. */
  function drawCurve({ activation, points, point }, sums) {
    const { f, low, high } = ACTIVATIONS[activation];
    const x = (z) => 10 + ((clamp(z, -REACH, REACH) + REACH) / (2 * REACH)) * 220;
    const y = (output) => 94 - ((output - low) / (high - low)) * 78;
    const path = activation === "step" ? `M${x(-REACH)} ${y(0)}H${x(0)}V${y(1)}H${x(REACH)}`
      : `M${range(97).map((i) => -REACH + i / 8).map((z) => `${x(z)} ${y(f(z)).toFixed(2)}`).join("L")}`;
    const marks = points.map(([, , label], i) => [sums[i], label, i]).filter(([z]) => Math.abs(z) <= REACH + 1e-9);
    const here = sums[point];
    const ring = `<circle cx="${x(here)}" cy="${y(clamp(f(here), low, high))}" r="12" class="dlf-ring"/>`;
    curve.innerHTML = `<svg viewBox="0 0 240 112" aria-hidden="true">` +
      `<path class="dlf-axes" d="M${x(-REACH)} ${y(0)}H${x(REACH)}M${x(0)} 6V104"/><path class="dlf-line" d="${path}"/>` +
      marks.map(([z, label]) => mark([x(z), y(f(z))], label)).join("") + (Math.abs(here) <= REACH ? ring : "") + "</svg>";
    curve.append(h("b", {}, `${nameOf(activation)}(z)`), h("span", {}, `−${REACH}`), h("span", {}, "z = 0"), h("span", {}, REACH));
  }

  function draw() {
    const state = read();
    const { weights, bias, activation, points, datasets, data } = state;
    if (!points?.[state.point]) return; // half of a change that came in two messages
    const sums = points.map((point) => weightedSum(weights, bias, point));
    const right = points.filter(([, , label], i) => (sums[i] > 0) === (label === 1)).length;
    const onPlane = drawPlane(state, sums);
    drawCurve(state, sums);
    sets.show(Object.keys(datasets), typeof data === "string" ? data : undefined);
    functions.show(Object.keys(ACTIVATIONS), activation);
    [...weights, bias].forEach((x, i) => sliders[i].show(x));
    const z = sums[state.point];
    const [x1, x2, label] = points[state.point];
    const output = ACTIVATIONS[activation].f(z);
    const signed = (x) => `${x < 0 ? "−" : "+"} ${fmt(Math.abs(x))}`;
    const parts = ["z =", `${fmt(weights[0])} × ${inBrackets(x1)}`, `+ ${inBrackets(weights[1])} × ${inBrackets(x2)}`,
      signed(bias), `${equals(...weights, x1, x2, bias, z)} ${fmt(z)}`];
    const result = [`output ${nameOf(activation)}(${fmt(z)}) ${equals(z, output)} `, h("strong", {}, fmt(output))];
    sum.replaceChildren(...parts.flatMap((part) => [h("span", {}, part), " "]), h("br"), h("span", {}, ...result));
    const found = Number(z > 0);
    const sign = z > 0 ? "z > 0" : z < 0 ? "z < 0" : "z = 0";
    verdict.textContent = `${sign}: says class ${found}; it is class ${label}. ${found === label ? "Right." : "Wrong."}`;
    verdict.classList.toggle("dlf-fault", found !== label);
    which.replaceChildren(`point ${state.point + 1} of ${points.length}: (${fmt(x1)}, ${fmt(x2)})`);
    const all = right === points.length;
    score.replaceChildren(h("strong", {}, `${right} of ${points.length}`), " right");
    score.classList.toggle("dlf-all", all);
    const where = onPlane ? "" : weights.some(Boolean) ? " The boundary is outside the plane."
      : " Both weights are 0: there is no boundary.";
    if (where) score.append(h("span", {}, where));
    plane.setAttribute("aria-label", `Plane with ${points.length} points, ${right} on the right side.${where}`);
    curve.setAttribute("aria-label", `${activation}: the output for each weighted sum z`);
    live.textContent = `${right} of ${points.length} right. Point ${state.point + 1}: sum ${fmt(z)}, ${verdict.textContent}`;
  }

  const key = h("p", { class: "dlf-key" });
  key.innerHTML = [[1, "class 1"], [0, "class 0"]].map(([label, text]) =>
    `<span><svg viewBox="0 0 20 20" aria-hidden="true">${mark([10, 10], label)}</svg>${text}</span>`).join("");
  const figure = h("div", { class: "dlf dlf-neuron", role: "group", "aria-label": "One neuron and its boundary" },
    h("div", { class: "dlf-body" },
      h("div", { class: "dlf-choices" }, sets, functions),
      h("div", { class: "dlf-sides" },
        h("div", { class: "dlf-left" }, plane, key),
        h("div", { class: "dlf-right" }, score, ...sliders,
          h("div", { class: "dlf-pick", role: "group", "aria-label": "Choose a point" }, before, which, after),
          sum, verdict),
        curve),
      live, h("div", { class: "dlf-foot" }, h("p", { class: "dlf-note" }, HINT), reset)));
  el.replaceChildren(figure);
  model.on("change", draw);
  draw();
  return () => model.off("change", draw);
}

export default { render };
