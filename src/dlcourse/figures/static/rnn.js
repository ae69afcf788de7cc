// A recurrent unit, unrolled along a short input: its state at each step, and the gradient that comes back.

const DECADES = 3; // of the gradient's bars, to both sides of 1
const INPUTS = {
  pulse: (n) => range(n).map((t) => Number(t === 0)),
  constant: (n) => range(n).map(() => 1),
  alternating: (n) => range(n).map((t) => (t % 2 ? -1 : 1)),
  "two pulses": (n) => range(n).map((t) => (t === 0 ? 1 : t === Math.floor(n / 2) ? -1 : 0)),
};
const SLIDERS = {
  recurrent_weight: ["recurrent weight", "w", 0.05],
  input_weight: ["input weight", "u", 0.05],
  bias: ["bias", "b", 0.05],
  gate_weight: ["gate weight", "v", 0.1],
  gate_bias: ["gate bias", "c", 0.1],
};
const GATED = ["gate_weight", "gate_bias"];
const HINT = "Every input can be edited. Choose a step, with the arrow keys too, to see its numbers. The lower bars show " +
  "how the last state changes with each state, on a logarithmic scale: at the line it is 1, above it explodes, below " +
  "it vanishes; bars end at 1000 and at 1/1000.";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const sub = (n) => String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

/** `x` in a few characters, however small or large it is. */
function short(x) {
  if (x === 0 || (Math.abs(x) >= 0.001 && Math.abs(x) < 1000)) return fmt(x);
  return x.toExponential(0).replace("e+", "e").replace(/-/g, "−");
}

/** All steps: the gate, what is new, the state, its derivative by the one before, that of the last state by it. */
function unrolled({ input, cell, recurrent_weight: w, input_weight: u, bias, gate_weight: v, gate_bias: c }) {
  let before = 0;
  const steps = input.map((x) => {
    const total = w * before + u * x + bias;
    const fresh = cell === "linear" ? total : Math.tanh(total);
    const slope = cell === "linear" ? 1 : 1 - fresh ** 2;
    const keep = cell === "gated" ? sigmoid(v * x + c) : 0;
    const step = { x, before, total, fresh, keep, state: keep * before + (1 - keep) * fresh };
    step.factor = keep + (1 - keep) * w * slope;
    before = step.state;
    return step;
  });
  let gradient = 1;
  for (const step of [...steps].reverse()) {
    step.gradient = gradient;
    gradient *= step.factor;
  }
  return steps;
}

/** The lines that show how the numbers of step `t` (from 1) come about, each a list of parts that do not break. */
function equations(t, n, steps, { cell, recurrent_weight: w, input_weight: u, bias: b, gate_weight: v, gate_bias: c }) {
  const now = steps[t - 1];
  const [T, S] = [sub(t), sub(t - 1)];
  const signed = (x) => (x < 0 ? `− ${fmt(-x)}` : `+ ${fmt(x)}`);
  const sum = `${fmt(w)} × ${inBrackets(now.before)} + ${inBrackets(u)} × ${inBrackets(now.x)} ${signed(b)}`;
  const letters = `w h${S} + u x${T} + b`;
  const near = (...numbers) => equals(w, u, b, ...numbers);
  const lines = [];
  if (cell === "linear") {
    lines.push([`h${T} = ${letters}`, `= ${sum}`, `${near(now.before, now.x, now.state)} ${short(now.state)}`]);
    lines.push([`∂h${T}/∂h${S} = w = ${fmt(w)}`]);
  } else if (cell === "tanh") {
    lines.push([`h${T} = tanh(${letters})`, `= tanh(${sum})`, `≈ tanh(${short(now.total)})`, `≈ ${short(now.state)}`]);
    lines.push([`∂h${T}/∂h${S} = w (1 − h${T}²)`, `≈ ${fmt(w)} × (1 − ${inBrackets(now.state)}²)`,
      `≈ ${short(now.factor)}`]);
  } else {
    lines.push([`z${T} = σ(v x${T} + c)`, `= σ(${fmt(v)} × ${inBrackets(now.x)} ${signed(c)})`, `≈ ${fmt(now.keep)}`]);
    lines.push([`n${T} = tanh(${letters})`, `= tanh(${sum})`, `≈ ${fmt(now.fresh)}`]);
    const [keep, rest] = [fmt(now.keep), fmt(1 - now.keep)];
    lines.push([`h${T} = z${T} h${S} + (1 − z${T}) n${T}`,
      `≈ ${keep} × ${inBrackets(now.before)} + ${rest} × ${inBrackets(now.fresh)}`, `≈ ${fmt(now.state)}`]);
    lines.push([`∂h${T}/∂h${S} = z${T} + (1 − z${T}) w (1 − n${T}²)`, `≈ ${short(now.factor)}`]);
  }
  const end = sub(n);
  const factors = steps.slice(t).map((_, i) => `∂h${sub(t + i + 1)}/∂h${sub(t + i)}`).reverse();
  const product = factors.length < 4 ? factors : [factors[0], "…", factors.at(-1)];
  lines.push(t === n ? [`∂h${end}/∂h${end} = 1`]
    : [`∂h${end}/∂h${T}`, ...(factors.length > 1 ? [`= ${product.join(" × ")}`] : []), `≈ ${short(now.gradient)}`]);
  return lines;
}

export default figure("A recurrent unit through time", (fig) => {
  const { read, write, fixed } = fig;
  let built = 0;
  let cells = {};
  fig.hint(HINT);

  const count = () => read().input.length;
  const pinned = () => clamp(read().step, 1, count()) - 1;
  const feed = (input) => write({ input, step: Math.min(read().step, input.length) });

  const units = menu("Unit", (cell) => write({ cell }));
  const inputs = menu("Input", (name) => feed(INPUTS[name](count())));
  const sliders = Object.fromEntries(Object.entries(SLIDERS).map(([key, [label, symbol, step]]) =>
    [key, slider(label, symbol, [...fixed.bounds[key], step], (x) => write({ [key]: x }))]));
  const steps = counter("one step fewer", "one step more",
    (by) => feed(by > 0 ? [...read().input, 0] : read().input.slice(0, -1)));
  const stage = h("div", { class: "dlf-stage" });
  const scroller = h("div", { class: "dlf-scroll" }, stage);
  const formulas = h("div", { class: "dlf-lines-of-step", "aria-hidden": true });
  const said = h("p", { class: "dlf-said" });
  const bar = fig.transport({ count, get: pinned, go: (t) => write({ step: t + 1 }), delay: 900, what: "step" });
  const keys = (key) => {
    const to = placeAfter(key, [0, pinned()], [1, count()]);
    if (!to) return false;
    bar.move(to[1]);
    cells.states[to[1]].focus();
    return true;
  };

  function build(n) {
    const cell = () => h("span", { class: "dlf-cell" });
    const state = (t) => onKey(h("button", { type: "button", class: "dlf-output", onclick: () => bar.move(t) },
      cell(), h("span", { class: "dlf-index", "aria-hidden": true }, t + 1)), keys);
    const bars = () => range(n).map((t) => h("i", { class: "dlf-bar", onclick: () => bar.move(t) }));
    const changed = (t) => (x) => feed(read().input.map((old, i) => (i === t ? x : old)));
    cells = {
      inputs: range(n).map((t) => fig.numberCell(`input ${t + 1}`, changed(t))),
      units: range(n).map((t) => h("span", { class: "dlf-unit", onclick: () => bar.move(t) }, h("b"))),
      keeps: range(n).map(cell), states: range(n).map(state), gradients: range(n).map(cell),
      heights: bars(), sizes: bars(), scale: h("span"),
    };
    const group = (label, items) => h("div", { class: "dlf-group", role: "group", "aria-label": label }, ...items);
    const still = (items) => h("div", { class: "dlf-group", "aria-hidden": true }, ...items);
    const chart = (name, items) => h("div", { class: `dlf-chart dlf-chart-${name}`, "aria-hidden": true }, ...items);
    cells.kept = row("keep", "keep z", still(cells.keeps));
    vary(stage, { n });
    stage.replaceChildren(h("div", { class: "dlf-mark", "aria-hidden": true }, h("div", { class: "dlf-frame" })),
      row("input", "input x", group("input", cells.inputs)), cells.kept,
      row("unit", "unit, h₀ = 0", still(cells.units)),
      row("state", "state h", group("states", cells.states)),
      row("heights", cells.scale, chart("heights", cells.heights)),
      row("gradient", `∂h${sub(n)} / ∂h`, still(cells.gradients)),
      row("sizes", "its size, log", chart("sizes", cells.sizes)));
    built = n;
  }

  /** A number of any size in a cell, coloured up to `max`. */
  const fill = (cell, x, max) => {
    paint(cell, x, max);
    cell.textContent = short(x);
    vary(cell, { characters: short(x).length });
  };
  /** A bar from the line in the middle of its chart: up to `share` 1, or down to -1. */
  const stretch = (bar, share) => {
    vary(bar, { share: share.toFixed(4) });
    bar.classList.toggle("dlf-down", share < 0);
  };

  function draw(state) {
    const n = state.input.length;
    if (n !== built) build(n);
    const all = unrolled(state);
    const place = pinned();
    const gated = state.cell === "gated";
    const [inputMax, stateMax] = [largest(state.input), largest(all.map((step) => step.state))];
    const scale = Math.max(1, stateMax);
    vary(stage, { position: place });
    cells.kept.hidden = !gated;
    cells.scale.textContent = `h from ${short(-scale)} to ${short(scale)}`;
    all.forEach((step, t) => {
      cells.inputs[t].show(step.x);
      paint(cells.inputs[t], step.x, inputMax);
      paint(cells.keeps[t], step.keep, 1);
      cells.units[t].firstChild.textContent = { tanh: "tanh", linear: "+", gated: "gate" }[state.cell];
      fill(cells.states[t].firstChild, step.state, stateMax);
      cells.states[t].classList.toggle("dlf-now", t === place);
      cells.states[t].ariaLabel = `state ${t + 1}: ${short(step.state)}`;
      cells.states[t].ariaCurrent = t === place;
      cells.states[t].tabIndex = t === place ? 0 : -1;
      stretch(cells.heights[t], step.state / scale);
      fill(cells.gradients[t], step.gradient, 1);
      stretch(cells.sizes[t], clamp(Math.log10(Math.abs(step.gradient)) / DECADES, -1, 1));
    });

    // The lines of all steps lie on top of each other, one step visible: so the figure keeps its height.
    formulas.replaceChildren(...all.map((_, t) => h("div", { class: `dlf-equation${t === place ? " dlf-now" : ""}` },
      ...equations(t + 1, n, all, state).map((line) =>
        h("p", {}, ...line.flatMap((part) => [h("span", {}, part), " "]))))));
    const back = Math.abs(all[0].gradient);
    const fate = n === 1 ? "" : back > 10 ? " It explodes." : back < 0.1 ? " It vanishes." : "";
    said.textContent = `Derivative of the last state by the first: ${short(all[0].gradient)}.${fate}`;
    const { x, state: now } = all[place];
    fig.say(`Step ${place + 1}: input ${fmt(x)}, state ${short(now)}. ${said.textContent}`);

    units.show(fixed.cells, state.cell);
    inputs.show(Object.keys(INPUTS), Object.keys(INPUTS).find((name) => same(INPUTS[name](n), state.input)));
    for (const [key, element] of Object.entries(sliders)) {
      element.show(state[key]);
      element.hidden = GATED.includes(key) && !gated;
    }
    steps.show(`${n} step${n > 1 ? "s" : ""}`, n === 1, n === fixed.longest);
    bar.show();
    follow(scroller, cells.states[place]);
  }

  return {
    draw,
    body: [
      h("div", { class: "dlf-choices" }, units, inputs, steps),
      h("div", { class: "dlf-knobs" }, ...Object.values(sliders)),
      scroller, said, fig.live, formulas, bar,
    ],
  };
});
