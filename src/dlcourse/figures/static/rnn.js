// A recurrent unit, unrolled along a short input: its state at each step, and the gradient that comes back.

const LONGEST = 12;
const DECADES = 3; // of the gradient's bars, to both sides of 1
const CELLS = ["tanh", "linear", "gated"];
const INPUTS = {
  pulse: (n) => range(n).map((t) => Number(t === 0)),
  constant: (n) => range(n).map(() => 1),
  alternating: (n) => range(n).map((t) => (t % 2 ? -1 : 1)),
  "two pulses": (n) => range(n).map((t) => (t === 0 ? 1 : t === Math.floor(n / 2) ? -1 : 0)),
};
const SLIDERS = {
  recurrent_weight: ["recurrent weight", "w", [-2, 2, 0.05]],
  input_weight: ["input weight", "u", [-3, 3, 0.05]],
  bias: ["bias", "b", [-2, 2, 0.05]],
  gate_weight: ["gate weight", "v", [-10, 10, 0.1]],
  gate_bias: ["gate bias", "c", [-5, 5, 0.1]],
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

function render({ model, el }) {
  const KEYS = ["input", "cell", "step", ...Object.keys(SLIDERS)];
  const read = () => Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
  const first = structuredClone(read());
  let built = 0;
  let cells = {};

  const write = (changes) => { model.set(changes); model.save_changes(); };
  const count = () => model.get("input").length;
  const pinned = () => clamp(model.get("step"), 1, count()) - 1;
  const go = (t) => { write({ step: t + 1 }); draw(); };
  const move = (t) => { bar.stop(); go(clamp(t, 0, count() - 1)); };
  const feed = (input) => write({ input, step: Math.min(model.get("step"), input.length) });
  const tell = (message) => {
    note.textContent = message || HINT;
    note.classList.toggle("dlf-fault", Boolean(message));
  };

  const units = menu("Unit", (name) => write({ cell: name }));
  const inputs = menu("Input", (name) => feed(INPUTS[name](count())));
  const sliders = Object.fromEntries(Object.entries(SLIDERS).map(([key, [label, symbol, bounds]]) =>
    [key, slider(label, symbol, bounds, (x) => write({ [key]: x }))]));
  const steps = counter("one step fewer", "one step more",
    (by) => feed(by > 0 ? [...model.get("input"), 0] : model.get("input").slice(0, -1)));
  const stage = h("div", { class: "dlf-stage" });
  const scroller = h("div", { class: "dlf-scroll" }, stage);
  const formulas = h("div", { class: "dlf-lines-of-step", "aria-hidden": true });
  const said = h("p", { class: "dlf-said" });
  const live = h("p", { class: "dlf-hidden", "aria-live": "polite" });
  const note = h("p", { class: "dlf-note", role: "status" }, HINT);
  const bar = transport({
    count, go, get: pinned, delay: 900, what: "step",
    reset: () => { write(structuredClone(first)); draw(); tell(""); },
  });

  const keys = (event) => {
    const to = arrow(event, [0, pinned()], [1, count()]);
    if (!to) return;
    move(to[1]);
    cells.states[to[1]].focus();
  };
  const row = (name, label, ...content) => h("div", { class: `dlf-row dlf-row-${name}` },
    h("span", { class: "dlf-rowlabel", "aria-hidden": true }, ...label), h("div", { class: "dlf-track" }, ...content));

  function build(n) {
    const cell = () => h("span", { class: "dlf-cell" });
    const state = (t) => {
      const value = cell();
      const index = h("span", { class: "dlf-index", "aria-hidden": true }, t + 1);
      const element = h("button", { type: "button", class: "dlf-output", onclick: () => move(t), onkeydown: keys },
        value, index);
      return Object.assign(element, { value_: value });
    };
    const bars = () => range(n).map((t) => h("i", { onclick: () => move(t) }));
    const changed = (t) => (x) => feed(model.get("input").map((old, i) => (i === t ? x : old)));
    cells = {
      inputs: range(n).map((t) => numberCell(`input ${t + 1}`, changed(t), tell)),
      units: range(n).map((t) => h("span", { class: "dlf-unit", onclick: () => move(t) }, h("b"))),
      keeps: range(n).map(cell), states: range(n).map(state), gradients: range(n).map(cell),
      heights: bars(), sizes: bars(), frame: h("div", { class: "dlf-frame" }),
    };
    const group = (label, items) => h("div", { class: "dlf-group", role: "group", "aria-label": label }, ...items);
    const still = (items) => h("div", { class: "dlf-group", "aria-hidden": true }, ...items);
    const chart = (name, items) => h("div", { class: `dlf-chart dlf-chart-${name}`, "aria-hidden": true }, ...items);
    cells.scale = h("span");
    cells.kept = row("keep", ["keep z"], still(cells.keeps));
    stage.style.setProperty("--n", n);
    stage.replaceChildren(h("div", { class: "dlf-mark", "aria-hidden": true }, cells.frame),
      row("input", ["input x"], group("input", cells.inputs)), cells.kept,
      row("unit", [h("span", {}, "unit, h₀ = 0")], still(cells.units)),
      row("state", ["state h"], group("states", cells.states)),
      row("heights", [cells.scale], chart("heights", cells.heights)),
      row("gradient", [`∂h${sub(n)} / ∂h`], still(cells.gradients)),
      row("sizes", [h("span", {}, "its size, log")], chart("sizes", cells.sizes)));
    built = n;
  }

  function draw() {
    const state = read();
    const n = state.input.length;
    if (n !== built) build(n);
    const all = unrolled(state);
    const place = pinned();
    const gated = state.cell === "gated";
    const inputMax = largest(state.input);
    const stateMax = largest(all.map((step) => step.state));
    const scale = Math.max(1, stateMax);
    stage.style.setProperty("--position", place);
    cells.kept.hidden = !gated;
    cells.scale.textContent = `h from ${short(-scale)} to ${short(scale)}`;
    all.forEach((step, t) => {
      cells.inputs[t].show(step.x);
      paint(cells.inputs[t], step.x, inputMax);
      paint(cells.keeps[t], step.keep, 1);
      paint(cells.states[t].value_, step.state, stateMax);
      cells.states[t].value_.textContent = short(step.state);
      cells.states[t].value_.style.setProperty("--characters", short(step.state).length);
      cells.states[t].classList.toggle("dlf-now", t === place);
      cells.states[t].setAttribute("aria-label", `state ${t + 1}: ${short(step.state)}`);
      if (t === place) cells.states[t].setAttribute("aria-current", "true");
      else cells.states[t].removeAttribute("aria-current");
      cells.states[t].tabIndex = t === place ? 0 : -1;
      cells.units[t].firstChild.textContent = { tanh: "tanh", linear: "+", gated: "gate" }[state.cell];
      paint(cells.gradients[t], step.gradient, 1);
      cells.gradients[t].textContent = short(step.gradient);
      cells.gradients[t].style.setProperty("--characters", short(step.gradient).length);
      cells.heights[t].style.setProperty("--share", (step.state / scale).toFixed(4));
      cells.heights[t].classList.toggle("dlf-down", step.state < 0);
      const decades = clamp(Math.log10(Math.abs(step.gradient)), -DECADES, DECADES);
      cells.sizes[t].style.setProperty("--share", (decades / DECADES).toFixed(4));
      cells.sizes[t].classList.toggle("dlf-down", decades < 0);
    });

    // The lines of all steps lie on top of each other, one step visible: so the figure keeps its height.
    formulas.replaceChildren(...all.map((_, t) => h("div", { class: `dlf-equation${t === place ? " dlf-now" : ""}` },
      ...equations(t + 1, n, all, state).map((line) =>
        h("p", {}, ...line.flatMap((part) => [h("span", {}, part), " "]))))));
    const back = Math.abs(all[0].gradient);
    const fate = n === 1 ? "" : back > 10 ? " It explodes." : back < 0.1 ? " It vanishes." : "";
    said.textContent = `Derivative of the last state by the first: ${short(all[0].gradient)}.${fate}`;
    if (!bar.playing()) {
      live.textContent = `Step ${place + 1}: input ${fmt(all[place].x)}, state ${short(all[place].state)}. ` +
        said.textContent;
    }

    units.show(CELLS, state.cell);
    inputs.show(Object.keys(INPUTS), Object.keys(INPUTS).find((name) => same(INPUTS[name](n), state.input)));
    for (const [key, element] of Object.entries(sliders)) {
      element.show(state[key]);
      element.hidden = GATED.includes(key) && !gated;
    }
    steps.show(`${n} step${n > 1 ? "s" : ""}`, n === 1, n === LONGEST);
    bar.show();
    requestAnimationFrame(() => follow(place)); // the first time, the figure is not yet in the page
  }

  /** Scrolls a row that is too long for its place so far that the step is seen. */
  function follow(place) {
    if (scroller.scrollWidth <= scroller.clientWidth) return;
    const cell = cells.inputs[0].parentElement.offsetWidth / cells.inputs.length;
    const left = stage.querySelector(".dlf-track").offsetLeft + (place + 0.5) * cell - scroller.clientWidth / 2;
    scroller.scrollTo({ left, behavior: STILL() ? "auto" : "smooth" });
  }

  const title = "A recurrent unit through time";
  const figure = h("div", { class: "dlf dlf-rnn", role: "group", "aria-label": title },
    h("div", { class: "dlf-body" },
      h("div", { class: "dlf-choices" }, units, inputs, steps),
      h("div", { class: "dlf-knobs" }, ...Object.values(sliders)),
      scroller, said, live, formulas, bar, note));
  el.replaceChildren(figure);
  model.on("change", draw);
  draw();
  return () => { bar.stop(); model.off("change", draw); };
}

export default { render };
