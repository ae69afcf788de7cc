// A filter slides over a small image: point at a cell, see the patch, the products, their sum and the output.

const LETTER = ["00000000", "00111100", "01000010", "01000010", "01111110", "01000010", "01000010", "00000000"];
const HINT = "Choose a cell of the image or of the output to move the window there; the arrow keys do it too. " +
  "In the image, Enter switches a cell and digits type into it.";
const DRAWING =
  "Drawing: press the cells of the image to switch them on and off. Press Draw again to move the window.";
const middle = (i, n) => Math.abs(i - (n - 1) / 2) < 1;
const IMAGES = {
  "vertical line": (r, c, rows, columns) => middle(c, columns),
  "horizontal line": (r, c, rows) => middle(r, rows),
  cross: (r, c, rows, columns) => middle(r, rows) || middle(c, columns),
  diagonal: (r, c) => r === c,
  "letter A": (r, c, rows, columns) => {
    const [top, left] = [rows, columns].map((side) => Math.floor((side - 8) / 2));
    return LETTER[r - top]?.[c - left] === "1";
  },
  empty: () => false,
};
const shapeOf = (m) => [m.length, m[0].length];

/** The products of one window of the image with the filter, and their sum. */
function window2d(image, weights, row, column) {
  const patch = weights.map((line, r) => line.map((_, c) => image[row + r][column + c]));
  const products = patch.map((line, r) => line.map((x, c) => x * weights[r][c]));
  return { patch, products, sum: products.flat().reduce((a, b) => a + b, 0) };
}

export default figure("Two-dimensional convolution, step by step", (fig) => {
  const read = () => {
    const state = fig.read();
    const weights = chosen(state.kernel, state.kernels);
    const [[h1, w1], [h2, w2]] = [shapeOf(state.image), weights ? shapeOf(weights) : [Infinity, Infinity]];
    return { ...state, weights, rows: h1 - h2 + 1, columns: w1 - w2 + 1 };
  };
  const { write, numberCell } = fig;
  let preview = null; // the window under the mouse, as [row, column]
  let active = null; // the image's cell that has, or would get, the focus: the middle of the window, or the cell chosen
  let drawing = false;
  let brush = null; // the value that is being painted
  let shape = null;
  let cells = {};

  const pinned = () => {
    const { row, column, rows, columns } = read();
    return [clamp(row, 0, rows - 1), clamp(column, 0, columns - 1)];
  };
  const centre = (place) => shapeOf(read().weights).map((side, axis) => place[axis] + Math.floor(side / 2));
  const go = ([row, column], cell = centre([row, column])) => {
    preview = null;
    active = cell;
    write({ row, column });
  };
  const move = (to, cell) => { bar.stop(); go(to, cell); };
  /** The window whose middle is the image's cell `[r, c]`, or the nearest one that fits. */
  const around = ([r, c]) => {
    const { weights, rows, columns } = read();
    const [kh, kw] = shapeOf(weights);
    return [clamp(r - Math.floor(kh / 2), 0, rows - 1), clamp(c - Math.floor(kw / 2), 0, columns - 1)];
  };
  const changed = (m, place, x) => m.map((line, r) => line.map((old, c) => (same([r, c], place) ? x : old)));
  const setPixel = (place, x) => write({ image: changed(fig.read().image, place, x) });
  const paintPixel = (place, x) => { active = place; brush = x; setPixel(place, x); };
  const opposite = ([r, c]) => (fig.read().image[r][c] === 0 ? largest(fig.read().image.flat()) || 1 : 0);
  const setDrawing = (on) => {
    drawing = on;
    draws.setAttribute("aria-pressed", on);
    fig.root.classList.toggle("dlf-drawing", on);
    fig.hint(on ? DRAWING : HINT);
  };

  const preset = (name) => {
    const [rows, columns] = shapeOf(fig.read().image);
    return matrix(rows, columns, (r, c) => Number(IMAGES[name](r, c, rows, columns)));
  };
  const images = menu("Image", (name) => write({ image: preset(name) }));
  const filters = menu("Filter", (name) => {
    const { kernels, image, row, column } = read();
    const [last, end] = shapeOf(image).map((side, axis) => side - shapeOf(kernels[name])[axis]);
    write({ kernel: name, row: Math.min(row, last), column: Math.min(column, end) });
  });
  const draws = button("draw", "Draw", () => setDrawing(!drawing));
  setDrawing(false);
  const boards = h("div", { class: "dlf-boards" });
  const formula = h("p", { class: "dlf-formula", "aria-hidden": true });
  const bar = fig.transport({
    count: () => read().rows * read().columns,
    get: () => pinned()[0] * read().columns + pinned()[1],
    go: (i) => go([Math.floor(i / read().columns), i % read().columns]),
    delay: 650,
  });

  const leave = () => { if (preview) { preview = null; fig.draw(); } };
  const hover = (place, event) => {
    if (event.pointerType !== "mouse" || bar.playing() || same(place, preview)) return;
    preview = place;
    fig.draw();
  };

  function build([rows, columns], [kh, kw], [oh, ow]) {
    const field = onKey(numberCell("value", (x) => setPixel(active, x)), (key) => {
      if (key === "Enter") cells.image.all[active[0]][active[1]].focus();
    });
    const image = grid(`image, ${rows} rows and ${columns} columns`, rows, columns, {
      press: (place) => { if (drawing) paintPixel(place, opposite(place)); },
      choose: (place) => { if (!drawing) move(around(place), place); },
      point: (place, event) => {
        if (!drawing) return hover(around(place), event);
        if (brush !== null && event.buttons && !same(place, active)) paintPixel(place, brush);
      },
      leave,
      at: () => active,
      go: (to) => move(around(to), to),
      key: (key) => {
        if (/^[-\d.]$/.test(key)) { fig.draw(); field.focus(); } // and the key is typed into the field
        if (key !== "Enter" && key !== " ") return false;
        setPixel(active, opposite(active));
        return true;
      },
    });
    const output = grid(`output, ${oh} rows and ${ow} columns`, oh, ow, {
      choose: (place) => move(place), point: hover, leave, at: pinned, go: (to) => move(to),
    });
    const setWeight = (r, c) => (x) => write({ kernel: changed(read().weights, [r, c], x) });
    const small = () => matrix(kh, kw, () => h("span", { class: "dlf-cell" }));
    cells = {
      image, output, field, patch: small(), products: small(),
      weights: matrix(kh, kw, (r, c) => numberCell(`weight in row ${r}, column ${c}`, setWeight(r, c))),
      total: h("span", { class: "dlf-cell" }), low: h("span"), high: h("span"), where: h("span"),
    };
    const block = (name, title, part) => h("div", { class: `dlf-small dlf-${name}` },
      h("p", { class: "dlf-title" }, title), ...part.map((line) => h("div", {}, ...line)));
    const sign = (text) => h("span", { class: "dlf-sign" }, text);
    const hide = (element) => { element.setAttribute("aria-hidden", "true"); return element; };
    const weights = block("weights", "filter", cells.weights);
    weights.setAttribute("role", "group");
    weights.setAttribute("aria-label", "filter");
    const title = (name, r, c) => h("p", { class: "dlf-title" }, h("strong", {}, name), ` ${r} × ${c}`);
    const board = (name, r, c, element, ...below) => h("div", { class: `dlf-board-${name}` },
      title(name, r, c), h("div", { class: "dlf-scroll" }, element), ...below);
    boards.replaceChildren(
      board("image", rows, columns, image, h("div", { class: "dlf-value" }, hide(cells.where), field, draws)),
      h("div", { class: "dlf-work" },
        hide(block("patch", "patch", cells.patch)), hide(sign("×")), weights, hide(sign("=")),
        hide(block("products", "products", cells.products)), hide(h("span", { class: "dlf-sign dlf-total-sign" }, "→")),
        hide(h("div", { class: "dlf-small dlf-total" }, h("p", { class: "dlf-title" }, "sum"), cells.total)), formula),
      board("output", oh, ow, output, hide(h("div", { class: "dlf-scale" }, cells.low, h("i"), cells.high))));
    vary(fig.panel, { columns, out: ow, kcolumns: kw });
    vary(image.frame, { fh: kh, fw: kw });
    vary(output.frame, { fh: 1, fw: 1 });
  }

  function draw() {
    const state = read();
    if (!state.weights || state.rows < 1 || state.columns < 1) return; // half of a change that came in two messages
    const sizes = [shapeOf(state.image), shapeOf(state.weights), [state.rows, state.columns]];
    if (!same(shape, sizes)) build(...sizes);
    shape = sizes;
    active = (active ?? centre(pinned())).map((i, axis) => clamp(i, 0, sizes[0][axis] - 1));
    const [row, column] = preview && preview[0] < state.rows && preview[1] < state.columns ? preview : pinned();
    const now = window2d(state.image, state.weights, row, column);
    const output = matrix(state.rows, state.columns, (r, c) => window2d(state.image, state.weights, r, c).sum);
    const [imageMax, weightMax, outputMax] = [state.image, state.weights, output].map((m) => largest(m.flat()));
    const each = (part, act) => part.forEach((line, r) => line.forEach((cell, c) => act(cell, r, c)));
    const fill = (part, values, max) => each(part, (cell, r, c) => paint(cell, values[r][c], max));
    fill(cells.image.all, state.image, imageMax);
    fill(cells.output.all, output, outputMax);
    fill(cells.patch, now.patch, imageMax);
    fill(cells.weights, state.weights, weightMax);
    fill(cells.products, now.products, imageMax * weightMax);
    each(cells.weights, (cell, r, c) => cell.show(state.weights[r][c]));
    paint(cells.total, now.sum, outputMax);
    for (const { frame } of [cells.image, cells.output]) vary(frame, { row, column });
    for (const [board, place] of [[cells.image, active], [cells.output, pinned()]]) {
      each(board.all, (cell, r, c) => { cell.tabIndex = same([r, c], place) ? 0 : -1; });
    }
    cells.where.textContent = `row ${active[0]}, column ${active[1]}:`;
    each(cells.image.all, (cell, r, c) => cell.classList.toggle("dlf-active", same([r, c], active)));
    paint(cells.field, state.image[active[0]][active[1]], 0);
    cells.field.ariaLabel = `value in row ${active[0]}, column ${active[1]}`;
    cells.field.show(state.image[active[0]][active[1]]);
    cells.low.textContent = fmt(-outputMax);
    cells.high.textContent = fmt(outputMax);

    const products = now.products.flat();
    const sum = products.map((x, i) => (i ? inBrackets(x) : fmt(x))).join(" + ");
    const written = `${sum} ${equals(...products, now.sum)} `;
    const counted = `The ${products.length} products add up to `;
    formula.replaceChildren(products.length <= 9 ? written : counted, h("strong", {}, fmt(now.sum)));
    const words = `the products ${products.map(fmt).join(", ")} add up to ${fmt(now.sum)}`;
    fig.say(`Output row ${row}, column ${column}: ${words}.`);
    const [names, filterNames] = [Object.keys(IMAGES), Object.keys(state.kernels)];
    images.show(names, names.find((name) => same(state.image, preset(name))));
    filters.show(filterNames, filterNames.find((name) => same(state.kernels[name], state.weights)));
    bar.show();
  }

  document.addEventListener("pointerup", () => { brush = null; }, { signal: fig.signal });
  return {
    draw,
    reset: () => { preview = active = null; setDrawing(false); },
    body: [h("div", { class: "dlf-choices" }, images, filters), boards, fig.live, bar],
  };
});
