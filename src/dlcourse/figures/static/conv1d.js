// A filter slides over a row of numbers: edit both, move the window, see the products and their sum.

const LONGEST = 16;
const THIRD = 1 / 3;
const FILTERS = {
  "line [0, 1, 0]": [0, 1, 0],
  "edge [−1, 0, 1]": [-1, 0, 1],
  "mean [⅓, ⅓, ⅓]": [THIRD, THIRD, THIRD],
  "sharpen [−1, 3, −1]": [-1, 3, -1],
  "identity [1]": [1],
};
const INPUTS = {
  bump: (n) => range(n).map((i) => Number(Math.abs(i - (n - 1) / 2) < 1)),
  "step edge": (n) => range(n).map((i) => Number(i >= n / 2)),
  ramp: (n) => range(n),
  spike: (n) => range(n).map((i) => Number(i === Math.floor(n / 2))),
  wave: (n) => range(n).map((i) => [0, 1, 0, -1][i % 4]),
};

const HINT =
  "Every number can be edited. Move the window by dragging it, with the arrow keys, or by choosing an output.";

/** The windows of the figure from left to right: products, their sum, the output. */
function windows({ input, kernel, bias, flip, relu }) {
  const weights = flip ? [...kernel].reverse() : kernel;
  return range(input.length - kernel.length + 1).map((start) => {
    const patch = input.slice(start, start + weights.length);
    const products = patch.map((x, j) => x * weights[j]);
    const sum = products.reduce((a, b) => a + b, 0) + bias;
    return { start, patch, weights, products, sum, output: relu ? Math.max(0, sum) : sum };
  });
}

/** "0 × 0 + 1 × 1 + 0 × 1 = 1" as elements, of which a line break splits none. */
function equation({ patch, weights, sum, output }, { bias, relu }) {
  const terms = patch.map((x, j) => `${j ? "+ " : ""}${j ? inBrackets(x) : fmt(x)} × ${inBrackets(weights[j])}`);
  if (bias) terms.push(`${bias < 0 ? "−" : "+"} bias ${fmt(Math.abs(bias))}`);
  const end = relu ? [h("span", {}, "→ ReLU → ", h("strong", {}, fmt(output)))] : [];
  const sign = equals(...patch, ...weights, bias, sum);
  const result = h("span", {}, `${sign} `, h(relu ? "span" : "strong", {}, fmt(sum)));
  return [...terms.map((term) => h("span", {}, term)), result, ...end].flatMap((part) => [part, " "]);
}

function render({ model, el }) {
  const KEYS = ["input", "kernel", "bias", "flip", "relu", "position"];
  const read = () => Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
  const first = structuredClone(read());
  let reached = first.position; // the furthest output that the reader has seen computed
  let preview = null; // the output under the mouse
  let shape = null;
  let cells = {};

  const write = (changes) => { model.set(changes); model.save_changes(); };
  const count = () => model.get("input").length - model.get("kernel").length + 1;
  const pinned = () => clamp(model.get("position"), 0, count() - 1);
  const go = (position) => { preview = null; reached = Math.max(reached, position); write({ position }); draw(); };
  const move = (position) => { bar.stop(); go(clamp(position, 0, count() - 1)); };
  const change = (changes) => {
    const { input, kernel, position } = { ...read(), ...changes };
    write({ ...changes, position: Math.min(position, input.length - kernel.length) });
  };
  const replaced = (key, i, x) => change({ [key]: model.get(key).map((old, j) => (j === i ? x : old)) });
  const resized = (key, by) => {
    const values = model.get(key);
    change({ [key]: by > 0 ? [...values, 0] : values.slice(0, -1) });
  };
  const tell = (message) => {
    note.textContent = message || HINT;
    note.classList.toggle("dlf-fault", Boolean(message));
  };

  const inputs = menu("Input", (name) => change({ input: INPUTS[name](model.get("input").length) }));
  const filters = menu("Filter", (name) => change({ kernel: FILTERS[name] }));
  const bias = numberCell("bias", (x) => change({ bias: x }), (message) => tell(message));
  const flip = h("input", { type: "checkbox", onchange: () => change({ flip: flip.checked }) });
  const relu = h("input", { type: "checkbox", onchange: () => change({ relu: relu.checked }) });
  const stage = h("div", { class: "dlf-stage" });
  const scroller = h("div", { class: "dlf-scroll" }, stage);
  const formulas = h("div", { class: "dlf-equations", "aria-hidden": true });
  const live = h("p", { class: "dlf-hidden", "aria-live": "polite" });
  const sizes = h("p", { class: "dlf-sizes" });
  const note = h("p", { class: "dlf-note", role: "status" }, HINT);
  const bar = transport({
    count, go, get: pinned, delay: 1100,
    reset: () => { reached = first.position; preview = null; write(structuredClone(first)); draw(); tell(""); },
  });
  const counts = {
    n: counter("one input fewer", "one input more", (by) => resized("input", by)),
    k: counter("one weight fewer", "one weight more", (by) => resized("kernel", by)),
    m: h("strong"),
  };
  sizes.append(counts.n, h("span", {}, "− ", counts.k), h("span", {}, "+ 1 = ", counts.m));

  // The track above the input: its thumb is the window, which a pointer drags and the arrow keys move.
  const placeAt = (event, row) => {
    const box = row.getBoundingClientRect();
    const [n, k] = [model.get("input").length, model.get("kernel").length];
    return clamp(Math.round(((event.clientX - box.left) / box.width) * n - k / 2), 0, n - k);
  };
  const draggable = (row, distance) => {
    let from = null;
    row.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = event.clientX;
      if (!distance) { row.setPointerCapture(event.pointerId); move(placeAt(event, row)); }
    });
    row.addEventListener("pointermove", (event) => {
      if (from === null || Math.abs(event.clientX - from) < distance) return;
      if (!row.hasPointerCapture(event.pointerId)) row.setPointerCapture(event.pointerId);
      if (placeAt(event, row) !== pinned()) move(placeAt(event, row));
    });
    row.addEventListener("dragstart", (event) => event.preventDefault()); // of the selected text of a cell
    for (const end of ["pointerup", "pointercancel"]) row.addEventListener(end, () => { from = null; });
    return row;
  };
  const keys = (event) => {
    const to = arrow(event, [0, pinned()], [1, count()]);
    if (!to) return;
    move(to[1]);
    if (event.currentTarget.role !== "slider") cells.outputs[to[1]].focus();
  };
  const row = (name, label, ...content) => h("div", { class: `dlf-row dlf-row-${name}` },
    h("span", { class: "dlf-rowlabel", "aria-hidden": true }, label), h("div", { class: "dlf-track" }, ...content));

  function build(n, k) {
    const thumb = h("div", {
      class: "dlf-thumb", role: "slider", tabindex: 0, "aria-label": "window", "aria-valuemin": 0, onkeydown: keys,
    });
    const output = (i) => {
      const value = h("span", { class: "dlf-cell" });
      const cell = h("button", {
        type: "button", class: "dlf-output", onclick: () => move(i), onkeydown: keys,
        onpointerenter: (event) => { if (event.pointerType === "mouse" && !bar.playing()) { preview = i; draw(); } },
        onpointerleave: () => { if (preview !== null) { preview = null; draw(); } },
      }, value, h("span", { class: "dlf-index", "aria-hidden": true }, i));
      cell.value_ = value;
      return cell;
    };
    const cell = () => h("span", { class: "dlf-cell" });
    const stored = (j) => (model.get("flip") ? k - 1 - j : j); // where the weight shown at j has its place
    cells = {
      n, k, thumb,
      places: range(n).map((i) => h("span", { class: "dlf-index", "aria-hidden": true }, i)),
      inputs: range(n).map((i) => numberCell(`input ${i}`, (x) => replaced("input", i, x), tell)),
      weights: range(k).map((j) => numberCell(`filter weight ${j}`, (x) => replaced("kernel", stored(j), x), tell)),
      products: range(k).map(cell),
      outputs: range(n - k + 1).map(output),
      sum: h("span", { class: "dlf-sum" }),
    };
    const funnel = h("div", { class: "dlf-slide dlf-funnel", "aria-hidden": true }, cells.sum);
    const outline = `M0 0H${k}L${(k + 1) / 2} 1H${(k - 1) / 2}Z`;
    const svg = `<svg viewBox="0 0 ${k} 1" preserveAspectRatio="none"><path d="${outline}"/></svg>`;
    funnel.insertAdjacentHTML("afterbegin", svg);
    const group = (label, ...content) =>
      h("div", { class: `dlf-group dlf-${label}s`, role: "group", "aria-label": label }, ...content);
    stage.style.setProperty("--n", n);
    stage.style.setProperty("--k", k);
    const index = row("index", "position", ...cells.places, thumb);
    const input = row("input", "input", group("input", ...cells.inputs), h("div", { class: "dlf-slide dlf-frame" }));
    draggable(index.lastChild, 0);
    draggable(input.lastChild, 8);
    stage.replaceChildren(index, input,
      row("filter", "× filter", group("filter", h("div", { class: "dlf-slide" }, ...cells.weights))),
      row("products", "= products", h("div", { class: "dlf-slide", "aria-hidden": true }, ...cells.products)),
      row("funnel", "add up", funnel),
      row("output", "output", group("output", ...cells.outputs)));
  }

  function draw() {
    const state = read();
    const [n, k] = [state.input.length, state.kernel.length];
    if (k > n) return; // half of a change that came in two messages
    if (!same(shape, [n, k])) build(n, k);
    shape = [n, k];
    const all = windows(state);
    const place = preview ?? pinned();
    const now = all[place];
    reached = clamp(reached, pinned(), all.length - 1);
    stage.style.setProperty("--position", place);

    const weightMax = largest(state.kernel);
    const inputMax = largest(state.input);
    const outputMax = largest(all.map((w) => w.output));
    cells.inputs.forEach((cell, i) => { cell.show(state.input[i]); paint(cell, state.input[i], inputMax); });
    cells.weights.forEach((cell, j) => { cell.show(now.weights[j]); paint(cell, now.weights[j], weightMax); });
    cells.products.forEach((cell, j) => paint(cell, now.products[j], weightMax * inputMax));
    cells.outputs.forEach((cell, i) => {
      paint(cell.value_, all[i].output, outputMax);
      cell.classList.toggle("dlf-now", i === place);
      cell.classList.toggle("dlf-ahead", i > reached && i !== place);
      cell.setAttribute("aria-label", `output ${i}: ${fmt(all[i].output)}`);
      if (i === place) cell.setAttribute("aria-current", "true"); else cell.removeAttribute("aria-current");
      cell.tabIndex = i === pinned() ? 0 : -1;
    });
    cells.places.forEach((cell, i) => cell.classList.toggle("dlf-inside", i >= place && i < place + k));
    cells.sum.textContent = ["sum", state.bias ? " + bias" : "", state.relu ? ", ReLU" : ""].join("");
    cells.thumb.setAttribute("aria-valuemax", all.length - 1);
    cells.thumb.setAttribute("aria-valuenow", pinned());
    cells.thumb.setAttribute("aria-valuetext", k > 1 ? `inputs ${place} to ${place + k - 1}` : `input ${place}`);

    // All equations lie on top of each other, one of them visible: so the figure keeps its height.
    const lines = all.map((w) => h("p", { class: "dlf-equation" }, ...equation(w, state)));
    lines[place].classList.add("dlf-now");
    formulas.replaceChildren(...lines);
    const words = now.products.map((_, j) => `${fmt(now.patch[j])} times ${fmt(now.weights[j])}`).join(", plus ");
    const extra = `${state.bias ? `, plus bias ${fmt(state.bias)}` : ""}${state.relu ? ", after ReLU" : ""}`;
    if (!bar.playing()) live.textContent = `Output ${place}: ${words}${extra}, is ${fmt(now.output)}.`;

    const fitting = Object.keys(FILTERS).filter((name) => FILTERS[name].length <= n);
    inputs.show(Object.keys(INPUTS), Object.keys(INPUTS).find((name) => same(INPUTS[name](n), state.input)));
    filters.show(fitting, fitting.find((name) => same(FILTERS[name], state.kernel)));
    bias.show(state.bias);
    paint(bias, state.bias, 0);
    [flip.checked, relu.checked] = [state.flip, state.relu];
    counts.n.show(`${n} input${n > 1 ? "s" : ""}`, n === k, n === LONGEST);
    counts.k.show(`${k} weight${k > 1 ? "s" : ""}`, k === 1, k === n);
    counts.m.textContent = `${all.length} output${all.length > 1 ? "s" : ""}`;
    bar.show();
    requestAnimationFrame(() => follow(place, k)); // the first time, the figure is not yet in the page
  }

  /** Scrolls a row that is too long for its place so far that the window is seen. */
  function follow(place, k) {
    if (scroller.scrollWidth <= scroller.clientWidth) return;
    const cell = cells.inputs[0].offsetWidth;
    const middle = stage.querySelector(".dlf-track").offsetLeft + (place + k / 2) * cell;
    scroller.scrollTo({ left: middle - scroller.clientWidth / 2, behavior: STILL() ? "auto" : "smooth" });
  }

  const title = "One-dimensional convolution, step by step";
  const figure = h("div", { class: "dlf dlf-conv1d", role: "group", "aria-label": title },
    h("div", { class: "dlf-body" },
      h("div", { class: "dlf-choices" }, inputs, filters),
      h("div", { class: "dlf-choices" },
        h("label", { class: "dlf-check" }, flip, " flip the filter (convolution)"),
        h("label", { class: "dlf-bias" }, "bias ", bias),
        h("label", { class: "dlf-check" }, relu, " ReLU")),
      scroller, formulas, live, bar, sizes, note));
  el.replaceChildren(figure);
  model.on("change", draw);
  draw();
  return () => { bar.stop(); model.off("change", draw); };
}

export default { render };
