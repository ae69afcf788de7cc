// One neuron with two inputs: its boundary, its output on the plane, and the points that it is to tell apart.

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

const affine = ({ weights: [w1, w2], bias }) => ([x1, x2]) => w1 * x1 + w2 * x2 + bias;

/** The corners of a polygon whose `value` is to be kept, and the places on its sides where the value is 0. */
function cut(polygon, value, keep) {
  return polygon.flatMap((here, i) => {
    const next = polygon[(i + 1) % polygon.length];
    const [a, b] = [value(here), value(next)];
    const crossing = here.map((x, axis) => x + (a / (a - b)) * (next[axis] - x));
    return [...(keep(a) ? [here] : []), ...(a * b < 0 ? [crossing] : [])];
  });
}
const above = (polygon, value) => cut(polygon, value, (a) => a >= 0);

const mark = ([x, y], label) => (label ? `<circle cx="${x}" cy="${y}" r="7" class="dlf-one"/>`
  : `<rect x="${x - 6}" y="${y - 6}" width="12" height="12" class="dlf-none"/>`);
const ring = ([x, y], radius) => `<circle cx="${x}" cy="${y}" r="${radius}" class="dlf-ring"/>`;

export default figure("One neuron and its boundary", (fig) => {
  const { write, fixed: { inputs: [LOW, HIGH], largest: LARGEST } } = fig;
  const corners = [[LOW, LOW], [HIGH, LOW], [HIGH, HIGH], [LOW, HIGH]];
  const read = () => {
    const state = fig.read();
    return { ...state, points: chosen(state.data, state.datasets) };
  };
  const round = (x, most) => clamp(Number(x.toFixed(2)), -most, most) + 0;
  fig.hint(HINT);

  const sets = menu("Points", (name) => write({ data: name, point: 0 }));
  const functions = menu("Activation", (name) => write({ activation: name }));
  const setWeight = (i) => (x) => write({ weights: fig.read().weights.map((w, j) => (i === j ? x : w)) });
  const bounds = (most) => [-most, most, 0.1];
  const sliders = [
    slider("weight 1", "w₁", bounds(LARGEST.weight), setWeight(0)),
    slider("weight 2", "w₂", bounds(LARGEST.weight), setWeight(1)),
    slider("bias", "b", bounds(LARGEST.bias), (x) => write({ bias: x })),
  ];
  const curve = h("div", { class: "dlf-curve", role: "img" });
  const score = h("p", { class: "dlf-score" });
  const sum = h("p", { class: "dlf-sums" });
  const verdict = h("p", { class: "dlf-judged" });
  const choose = (by) => {
    const { point, points: { length } } = read();
    write({ point: (point + by + length) % length });
  };
  const which = h("span", { class: "dlf-which" });
  const pick = h("div", { class: "dlf-pick", role: "group", "aria-label": "Choose a point" },
    button("previous", "", () => choose(-1), { "aria-label": "previous point" }), which,
    button("next", "", () => choose(1), { "aria-label": "next point" }));

  /** The ends of the boundary on the plane, if it is there, the weight vector's foot in its middle, and its tip. */
  function arrowOf(state) {
    const zeros = state.weights.some(Boolean) ? cut(corners, affine(state), (a) => a === 0) : [];
    const ends = zeros.length > 1 ? [zeros[0], zeros.at(-1)] : null;
    const foot = ends ? [0, 1].map((axis) => (ends[0][axis] + ends[1][axis]) / 2) : [0.5, 0.5];
    return { ends, foot, tip: foot.map((x, axis) => x + ARROW * state.weights[axis]) };
  }

  // The plane is a handle: its arrow's tip turns the boundary, any other place moves it, a press chooses a point.
  const pointed = (event) => {
    const box = plane.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
    return share.map((s) => LOW + s * (HIGH - LOW));
  };
  const pixels = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) * plane.clientWidth / (HIGH - LOW);
  const plane = draggable(h("div", { class: "dlf-plane", role: "img" }), {
    slack: 5,
    start: (event) => {
      const [at, state] = [pointed(event), read()];
      const arrow = arrowOf(state);
      return { at, ...state, ...arrow, turns: pixels(at, arrow.tip) < 22 };
    },
    move: (event, { at, weights, bias, ends, foot, tip, turns }) => {
      const by = pointed(event).map((x, axis) => x - at[axis]);
      if (!turns) return write({ bias: round(bias - weights[0] * by[0] - weights[1] * by[1], LARGEST.bias) });
      const turned = foot.map((x, axis) => round((tip[axis] + by[axis] - x) / ARROW, LARGEST.weight));
      const through = -(turned[0] * foot[0] + turned[1] * foot[1]);
      write({ weights: turned, bias: ends ? round(through, LARGEST.bias) : bias });
    },
    end: (event, { held, at, points }) => {
      const distances = points.map((point) => pixels(point, at));
      const nearest = distances.indexOf(Math.min(...distances));
      if (!held && distances[nearest] < 40) write({ point: nearest });
    },
  });

  const across = (x) => ((x - LOW) / (HIGH - LOW)) * 300;
  const place = ([x1, x2]) => [across(x1), 300 - across(x2)];
  const path = (points) => points.map((point) => place(point).map((x) => x.toFixed(2)).join(" ")).join("L");

  /** The plane's colours: bands in which the output differs by a twelfth of its range at most. */
  function bandsOf(state) {
    const { f, at, low, high } = ACTIVATIONS[state.activation];
    const z = affine(state);
    const [least, most] = [Math.min, Math.max].map((pick) => pick(...corners.map(z)));
    const top = state.activation === "ReLU" ? Math.max(most, 1e-9) : high;
    const edges = [-Infinity, ...at(range(BANDS - 1).map((i) => (i + 1) / BANDS), top), Infinity];
    return edges.slice(1).map((to, i) => {
      const from = edges[i];
      const higher = from > -Infinity ? above(corners, (x) => z(x) - from) : corners;
      const band = to < Infinity && higher.length ? above(higher, (x) => to - z(x)) : higher;
      const [a, b] = [Math.max(from, least), Math.min(to, most)];
      if (a > b || band.length < 3) return "";
      const output = (state.activation === "step" ? f(i ? 1 : -1) : (f(a) + f(b)) / 2) / Math.max(-low, top);
      return `<path d="M${path(band)}Z" class="dlf-tint${output < 0 ? " dlf-below" : ""}" ` +
        `style="--amount: ${clamp(Math.abs(output), 0, 1).toFixed(3)}"/>`;
    }).join("");
  }

  /** The boundary, and the weight vector with the mark of the right angle. */
  function vectorOf({ ends, foot, tip }) {
    const [[x, y], [tx, ty]] = [place(foot), place(tip)];
    const long = Math.hypot(tx - x, ty - y);
    const [dx, dy] = [(tx - x) / long, (ty - y) / long];
    const side = (by) => `${tx - 11 * dx - by * 6 * dy} ${ty - 11 * dy + by * 6 * dx}`;
    const [sx, sy] = [9 * dx, 9 * dy];
    return (ends ? `<path class="dlf-boundary" d="M${path(ends)}"/>` : "") +
      (long ? `<path class="dlf-weights" d="M${x} ${y}L${tx - 8 * dx} ${ty - 8 * dy}"/>` +
        `<path class="dlf-tip" d="M${tx} ${ty}L${side(1)}L${side(-1)}Z"/>` : "") +
      (ends && long > 27 ? `<path class="dlf-angle" d="M${x + sx} ${y + sy}l${sy} ${-sx}l${-sx} ${-sy}"/>` : "");
  }

  function drawPlane(state, arrow, sums, rights) {
    const axes = [0, 1].map((i) => `M${across(i)} 0V300M0 ${across(i)}H300`).join("");
    const shown = state.points.map(([x1, x2, label], i) => {
      const [x, y] = place([x1, x2]);
      const cross = rights[i] ? "" : `<path class="dlf-wrong" d="M${x - 11} ${y - 11}l22 22m0-22l-22 22"/>`;
      return `<g data-sum="${sums[i]}">${i === state.point ? ring([x, y], 14) : ""}${cross}${mark([x, y], label)}</g>`;
    });
    plane.innerHTML = `<svg viewBox="0 0 300 300" aria-hidden="true">${bandsOf(state)}` +
      `<path class="dlf-axes" d="${axes}"/>${vectorOf(arrow)}${shown.join("")}</svg>`;
    const tick = (axis, i) => h("span", { class: `dlf-tick dlf-tick-${axis}`, style: `--at: ${across(i) / 3}%` }, i);
    plane.append(...[0, 1].flatMap((i) => [tick("x", i), tick("y", i)]),
      h("span", { class: "dlf-axis dlf-axis-x" }, "x₁"), h("span", { class: "dlf-axis dlf-axis-y" }, "x₂"));
  }

  /** The activation function, and where the points stand on it. */
  function drawCurve({ activation, points, point }, sums) {
    const { f, low, high } = ACTIVATIONS[activation];
    const x = (z) => 10 + ((clamp(z, -REACH, REACH) + REACH) / (2 * REACH)) * 220;
    const y = (output) => 94 - ((output - low) / (high - low)) * 78;
    const at = (z) => [x(z), y(clamp(f(z), low, high))];
    const line = activation === "step" ? `${x(-REACH)} ${y(0)}H${x(0)}V${y(1)}H${x(REACH)}`
      : range(97).map((i) => at(-REACH + i / 8).join(" ")).join("L");
    const on = (z) => Math.abs(z) <= REACH + 1e-9;
    curve.innerHTML = `<svg viewBox="0 0 240 112" aria-hidden="true">` +
      `<path class="dlf-axes" d="M${x(-REACH)} ${y(0)}H${x(REACH)}M${x(0)} 6V104"/><path class="dlf-line" d="M${line}"/>` +
      points.map(([, , label], i) => (on(sums[i]) ? mark(at(sums[i]), label) : "")).join("") +
      (on(sums[point]) ? ring(at(sums[point]), 12) : "") + "</svg>";
    curve.append(h("b", {}, `${nameOf(activation)}(z)`), ...[`−${REACH}`, "z = 0", REACH].map((z) => h("span", {}, z)));
  }

  function draw() {
    const state = read();
    const { weights, bias, activation, points, datasets, data, point } = state;
    if (!points?.[point]) return; // half of a change that came in two messages
    const z = affine(state);
    const sums = points.map((x) => (Math.abs(z(x)) < 1e-9 ? 0 : z(x))); // rounding is no side of the boundary
    const rights = points.map(([, , label], i) => Number(sums[i] > 0) === label);
    const right = rights.filter(Boolean).length;
    const arrow = arrowOf(state);
    drawPlane(state, arrow, sums, rights);
    drawCurve(state, sums);
    sets.show(Object.keys(datasets), typeof data === "string" ? data : undefined);
    functions.show(fig.fixed.activations, activation);
    [...weights, bias].forEach((x, i) => sliders[i].show(x));

    const [[x1, x2, label], here] = [points[point], sums[point]];
    const output = ACTIVATIONS[activation].f(here);
    const parts = ["z =", `${fmt(weights[0])} × ${inBrackets(x1)}`, `+ ${inBrackets(weights[1])} × ${inBrackets(x2)}`,
      `${bias < 0 ? "−" : "+"} ${fmt(Math.abs(bias))}`, `${equals(...weights, x1, x2, bias, here)} ${fmt(here)}`];
    const result = [`output ${nameOf(activation)}(${fmt(here)}) ${equals(here, output)} `, h("strong", {}, fmt(output))];
    sum.replaceChildren(...parts.flatMap((part) => [h("span", {}, part), " "]), h("br"), h("span", {}, ...result));
    const sign = here > 0 ? ">" : here < 0 ? "<" : "=";
    verdict.textContent = `z ${sign} 0: says class ${Number(here > 0)}; it is class ${label}. ` +
      (rights[point] ? "Right." : "Wrong.");
    verdict.classList.toggle("dlf-fault", !rights[point]);
    which.textContent = `point ${point + 1} of ${points.length}: (${fmt(x1)}, ${fmt(x2)})`;
    const where = arrow.ends ? "" : weights.some(Boolean) ? "The boundary is outside the plane."
      : "Both weights are 0: there is no boundary.";
    score.replaceChildren(h("strong", {}, `${right} of ${points.length}`), " right ", where && h("span", {}, where));
    plane.setAttribute("aria-label", `Plane with ${points.length} points, ${right} on the right side. ${where}`.trim());
    curve.setAttribute("aria-label", `${activation}: the output for each weighted sum z`);
    fig.say(`${right} of ${points.length} right. Point ${point + 1}: sum ${fmt(here)}, ${verdict.textContent}`);
  }

  const key = h("p", { class: "dlf-key" });
  key.innerHTML = [1, 0].map((label) =>
    `<span><svg viewBox="0 0 20 20" aria-hidden="true">${mark([10, 10], label)}</svg>class ${label}</span>`).join("");
  return {
    draw,
    body: [
      h("div", { class: "dlf-choices" }, sets, functions),
      h("div", { class: "dlf-sides" },
        h("div", { class: "dlf-left" }, plane, key),
        h("div", { class: "dlf-right" }, score, ...sliders, pick, sum, verdict), curve),
      fig.live,
      h("div", { class: "dlf-foot" }, fig.note, button("reset", "Reset", fig.reset)),
    ],
  };
});
