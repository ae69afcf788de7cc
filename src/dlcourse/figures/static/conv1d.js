// A filter slides over a row of numbers: edit both, move the window, see the products and their sum.

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

export default figure("One-dimensional convolution, step by step", (fig) => {
  const { read, write, numberCell } = fig;
  let reached = read().position; // the furthest output that the reader has seen computed
  let preview = null; // the output under the mouse
  let shape = null;
  let cells = {};
  fig.hint(HINT);

  const count = () => read().input.length - read().kernel.length + 1;
  const pinned = () => clamp(read().position, 0, count() - 1);
  const change = (changes) => {
    const { input, kernel, position } = { ...read(), ...changes };
    write({ ...changes, position: Math.min(position, input.length - kernel.length) });
  };
  const replaced = (key, i, x) => change({ [key]: read()[key].map((old, j) => (j === i ? x : old)) });
  const resized = (key, by) => {
    const values = read()[key];
    change({ [key]: by > 0 ? [...values, 0] : values.slice(0, -1) });
  };

  const inputs = menu("Input", (name) => change({ input: INPUTS[name](read().input.length) }));
  const filters = menu("Filter", (name) => change({ kernel: FILTERS[name] }));
  const bias = numberCell("bias", (x) => change({ bias: x }));
  const flip = h("input", { type: "checkbox", onchange: () => change({ flip: flip.checked }) });
  const relu = h("input", { type: "checkbox", onchange: () => change({ relu: relu.checked }) });
  const stage = h("div", { class: "dlf-stage" });
  const scroller = h("div", { class: "dlf-scroll" }, stage);
  const formulas = h("div", { class: "dlf-equations", "aria-hidden": true });
  const bar = fig.transport({
    count, get: pinned, delay: 1100,
    go: (position) => { preview = null; reached = Math.max(reached, position); write({ position }); },
  });
  const counts = {
    n: counter("one input fewer", "one input more", (by) => resized("input", by)),
    k: counter("one weight fewer", "one weight more", (by) => resized("kernel", by)),
    m: h("strong"),
  };
  const sizes = h("p", { class: "dlf-sizes" },
    counts.n, h("span", {}, "− ", counts.k), h("span", {}, "+ 1 = ", counts.m));

  /** The window moves along a row: to where it is pressed, or, with `slack`, once it is dragged. */
  const slides = (row, slack) => {
    const place = (event) => {
      const box = row.getBoundingClientRect();
      const { input: { length: n }, kernel: { length: k } } = read();
      return clamp(Math.round(((event.clientX - box.left) / box.width) * n - k / 2), 0, n - k);
    };
    const move = (event) => { if (place(event) !== pinned()) bar.move(place(event)); };
    draggable(row, { slack, move, start: slack ? undefined : move });
  };
  const keys = (element, focus) => onKey(element, (key) => {
    const to = placeAfter(key, [0, pinned()], [1, count()]);
    if (!to) return false;
    bar.move(to[1]);
    if (focus) cells.outputs[to[1]].focus();
    return true;
  });

  function build(n, k) {
    const thumb = keys(h("div", {
      class: "dlf-thumb", role: "slider", tabindex: 0, "aria-label": "window", "aria-valuemin": 0,
    }), false);
    const cell = () => h("span", { class: "dlf-cell" });
    const output = (i) => {
      const value = cell();
      const element = h("button", {
        type: "button", class: "dlf-output", onclick: () => bar.move(i),
        onpointerenter: (event) => { if (event.pointerType === "mouse" && !bar.playing()) { preview = i; fig.draw(); } },
        onpointerleave: () => { if (preview !== null) { preview = null; fig.draw(); } },
      }, value, h("span", { class: "dlf-index", "aria-hidden": true }, i));
      return Object.assign(keys(element, true), { value_: value });
    };
    const stored = (j) => (read().flip ? k - 1 - j : j); // where the weight shown at j has its place
    cells = {
      thumb,
      places: range(n).map((i) => h("span", { class: "dlf-index", "aria-hidden": true }, i)),
      inputs: range(n).map((i) => numberCell(`input ${i}`, (x) => replaced("input", i, x))),
      weights: range(k).map((j) => numberCell(`filter weight ${j}`, (x) => replaced("kernel", stored(j), x))),
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
    vary(stage, { n, k });
    const index = row("index", "position", ...cells.places, thumb);
    const input = row("input", "input", group("input", ...cells.inputs), h("div", { class: "dlf-slide dlf-frame" }));
    slides(index.lastChild, 0);
    slides(input.lastChild, 8);
    stage.replaceChildren(index, input,
      row("filter", "× filter", group("filter", h("div", { class: "dlf-slide" }, ...cells.weights))),
      row("products", "= products", h("div", { class: "dlf-slide", "aria-hidden": true }, ...cells.products)),
      row("funnel", "add up", funnel),
      row("output", "output", group("output", ...cells.outputs)));
  }

  function draw(state) {
    const [n, k] = [state.input.length, state.kernel.length];
    if (k > n) return; // half of a change that came in two messages
    if (!same(shape, [n, k])) build(n, k);
    shape = [n, k];
    const all = windows(state);
    const place = preview ?? pinned();
    const now = all[place];
    reached = clamp(reached, pinned(), all.length - 1);
    vary(stage, { position: place });

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
      cell.setAttribute("aria-current", i === place);
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
    fig.say(`Output ${place}: ${words}${extra}, is ${fmt(now.output)}.`);

    const fitting = Object.keys(FILTERS).filter((name) => FILTERS[name].length <= n);
    inputs.show(Object.keys(INPUTS), Object.keys(INPUTS).find((name) => same(INPUTS[name](n), state.input)));
    filters.show(fitting, fitting.find((name) => same(FILTERS[name], state.kernel)));
    bias.show(state.bias);
    paint(bias, state.bias, 0);
    [flip.checked, relu.checked] = [state.flip, state.relu];
    counts.n.show(`${n} input${n > 1 ? "s" : ""}`, n === k, n === fig.fixed.longest);
    counts.k.show(`${k} weight${k > 1 ? "s" : ""}`, k === 1, k === n);
    counts.m.textContent = `${all.length} output${all.length > 1 ? "s" : ""}`;
    bar.show();
    follow(scroller, cells.outputs[place]);
  }

  return {
    draw,
    reset: () => { reached = 0; preview = null; },
    body: [
      h("div", { class: "dlf-choices" }, inputs, filters),
      h("div", { class: "dlf-choices" },
        h("label", { class: "dlf-check" }, flip, " flip the filter (convolution)"),
        h("label", { class: "dlf-bias" }, "bias ", bias),
        h("label", { class: "dlf-check" }, relu, " ReLU")),
      scroller, formulas, fig.live, bar, sizes,
    ],
  };
});
