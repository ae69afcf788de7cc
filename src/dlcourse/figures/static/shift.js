// An object moves over an image: its convolution map moves along, and its pooled map changes little, or does it?

const HINT = "Drag the object, or move it with the buttons or the arrow keys. Dashed frame: the marked position, " +
  "with which both maps are compared. Dot: a cell that changed; cells that stay 0 are not counted. Difference: 0 % " +
  "if no cell changed, 100 % if the maps have nothing in common. Both maps share one scale of colours.";
const max = (values) => Math.max(...values);
const sum = (values) => values.reduce((a, b) => a + b, 0);
const TAKE = { max, mean: (values) => sum(values) / values.length, first: (values) => values[0] };
const RESULTS = {
  unchanged: "= unchanged", moved: "→ same numbers, moved along", other: "≠ other numbers",
  cut: "≠ part of it is outside",
};
const differ = (a, b) => Math.abs(a - b) > 1e-9; // rounding is no change
const percent = (x) => `${Math.round(100 * x)} %`;

/** An image with an object whose upper left pixel stands at `row` and `column`, which may be outside. */
const drawn = (side, pixels, row, column) =>
  matrix(side, side, (r, c) => pixels[r - row]?.[c - column] ?? 0);

/** The cross-correlation of `cells`, padded with zeros so that the size stays. */
function sameSize(cells, weights) {
  const [up, left] = [(weights.length - 1) / 2, (weights[0].length - 1) / 2];
  return cells.map((line, r) => line.map((_, c) => sum(
    weights.map((row, i) => sum(row.map((w, j) => w * (cells[r + i - up]?.[c + j - left] ?? 0)))))));
}

function pool(cells, { size, take, blur }) {
  const source = blur ? sameSize(cells, blur) : cells;
  const block = (r, c) => range(size * size).map((i) => source[r * size + Math.floor(i / size)][c * size + (i % size)]);
  return matrix(cells.length / size, cells.length / size, (r, c) => TAKE[take](block(r, c)));
}

/** How a map differs from what it was before its object moved by `dx` and `dy` cells of the map. */
function compare(before, after, dx, dy) {
  const [a, b] = [before.flat(), after.flat()];
  const pairs = a.map((x, i) => [x, b[i]]);
  const follows = (from, to, x, y) => from.every((line, r) => line.every((value, c) => {
    const target = to[r + y]?.[c + x];
    return target === undefined ? !differ(value, 0) : !differ(value, target);
  }));
  const changed = pairs.map(([x, y]) => differ(x, y));
  const whole = Number.isInteger(dx) && Number.isInteger(dy);
  const moved = whole && follows(before, after, dx, dy) && follows(after, before, -dx, -dy);
  const sizes = pairs.map(([x, y]) => Math.abs(x - y));
  return {
    changed, result: !changed.includes(true) ? "unchanged" : moved ? "moved" : "other",
    cells: changed.filter(Boolean).length, of: pairs.filter(([x, y]) => differ(x, 0) || differ(y, 0)).length,
    largest: max(sizes), before: sum(a), after: sum(b), difference: sum(sizes) / (sum(a) + sum(b) || 1),
  };
}

/** "1 right, 2 down", from a shift. */
function inWords(dx, dy) {
  const parts = [[dx, "right", "left"], [dy, "down", "up"]].filter(([by]) => by);
  return parts.map(([by, ahead, back]) => `${Math.abs(by)} ${by > 0 ? ahead : back}`).join(", ") || "not moved";
}

export default figure("A shifted object and its maps", (fig) => {
  const { read, write } = fig;
  const { side, poolings: POOLINGS } = fig.fixed;
  fig.hint(HINT);
  let probe = null; // the pooled map's cell under the pointer, as [row, column]
  /** A shift from the marked position, or the nearest one at which some of the object can be seen. */
  const within = (dx, dy) => {
    const { object, objects, row, column } = read();
    const pixels = chosen(object, objects);
    const inside = (by, start, size) => clamp(by, 1 - size - start, side - 1 - start);
    return { dx: inside(dx, column, pixels[0].length), dy: inside(dy, row, pixels.length) };
  };
  const go = (dx, dy) => write(within(dx, dy));
  const step = ([down, right]) => go(read().dx + right, read().dy + down);
  const back = () => write({ dx: 0, dy: 0 });
  const mark = () => {
    const { row, column, dx, dy } = read();
    write({ row: row + dy, column: column + dx, dx: 0, dy: 0 });
  };

  const objects = menu("Object", (name) => {
    const pixels = read().objects[name];
    const middle = (size) => Math.ceil((side - size) / 2);
    write({ object: name, row: middle(pixels.length), column: middle(pixels[0].length), dx: 0, dy: 0 });
  });
  const filters = menu("Filter", (name) => write({ kernel: name }));
  const poolings = menu("Pooling", (name) => write({ pooling: name }));

  const place = (element, row, column, rows, columns) => vary(element, { row, column, rows, columns });
  function panel(name, title, kinds, attributes = {}) {
    const pixels = h("div", { class: "dlf-pixels", role: "img", "aria-label": title });
    const frames = kinds.map((kind) => h("div", { class: `dlf-frame dlf-${kind}`, "aria-hidden": true }));
    const square = h("div", { class: "dlf-square", ...attributes }, pixels, ...frames);
    const [heading, size] = [h("strong", {}, title), h("span")];
    const caption = h("p", { class: "dlf-caption" });
    const element = h("div", { class: `dlf-panel dlf-panel-${name}` },
      h("p", { class: "dlf-title" }, heading, size), square, caption);
    let cells = [];
    element.show = (values, scale, changed) => {
      const n = values.length;
      if (cells.length !== n * n) {
        cells = range(n * n).map(() => h("span", { class: "dlf-cell" }));
        pixels.replaceChildren(...cells);
        vary(pixels, { n });
        pixels.dataset.n = n;
        size.textContent = ` ${n} × ${n}`;
      }
      const texts = values.flat().map((x) => (n < side ? fmt(Number(x.toFixed(2))) : ""));
      const longest = max(texts.map((text) => text.length));
      values.flat().forEach((x, i) => {
        const drawing = [x, scale, longest, Boolean(changed?.[i])];
        if (same(drawing, cells[i].drawing)) return; // most cells stay as they are, and a finger moves fast
        paint(cells[i], x, scale);
        cells[i].drawing = drawing;
        cells[i].textContent = texts[i];
        vary(cells[i], { characters: longest });
        cells[i].classList.toggle("dlf-differs", drawing[3]);
      });
    };
    return Object.assign(element, { pixels, frames, heading, caption, square });
  }
  function numbers(name) {
    const result = h("p", { class: "dlf-result" });
    const bar = h("dd", { class: "dlf-bar", "aria-hidden": true });
    const rows = Object.fromEntries(["difference", "changed", "by at most", "sum"].map((key) => [key, h("dd")]));
    const list = h("dl", {}, ...Object.entries(rows).map(([key, value]) => h("div", {}, h("dt", {}, key), value)));
    list.firstChild.append(bar);
    const attributes = { class: `dlf-numbers dlf-numbers-${name}`, role: "group", "aria-label": `${name} map` };
    const element = h("div", attributes, result, list);
    element.show = (now, text) => {
      result.textContent = text;
      vary(bar, { share: now.difference });
      rows.difference.textContent = percent(now.difference);
      rows.changed.textContent = `${now.cells} of ${now.of}`;
      rows["by at most"].textContent = fmt(now.largest);
      rows.sum.textContent = `${fmt(now.before)} → ${fmt(now.after)}`;
    };
    return element;
  }
  const image = panel("image", "image", ["ghost", "here"], {
    tabindex: 0, role: "application", "aria-roledescription": "object that can be moved",
  });
  const map = panel("map", "convolution map", ["ghost", "here", "probe"]);
  const pooled = panel("pooled", "pooled map", ["probe"]);
  const [mapNumbers, pooledNumbers] = [numbers("convolution"), numbers("pooled")];

  Object.assign(ICONS, { up: "M5 15l7-7 7 7", down: "M5 9l7 7 7-7" });
  const arrows = Object.entries({ up: "ArrowUp", previous: "ArrowLeft", next: "ArrowRight", down: "ArrowDown" })
    .map(([icon, key]) => {
      const [down, right] = STEPS[key];
      const label = `one pixel ${inWords(right, down).slice(2)}`;
      return Object.assign(button(icon, "", () => step([down, right]), { "aria-label": label }), { by: [right, down] });
    });
  const rests = [["Back", back], ["Mark this position", mark]].map(([text, onclick]) =>
    h("button", { type: "button", class: "dlf-button", onclick }, text));
  const pad = h("div", { class: "dlf-arrows", role: "group", "aria-label": "Move the object" }, ...arrows, rests[0]);
  const moves = h("div", { class: "dlf-moves" }, pad, rests[1], button("reset", "Reset", fig.reset));

  // The image is the handle: a pointer drags the object from wherever it is pressed.
  const handle = image.square;
  draggable(handle, {
    start: () => ({ from: read() }),
    move: (event, grip) => {
      const by = (distance) => Math.round((distance / handle.clientWidth) * side);
      const [dx, dy] = [grip.from.dx + by(event.clientX - grip.x), grip.from.dy + by(event.clientY - grip.y)];
      if (dx !== read().dx || dy !== read().dy) go(dx, dy);
    },
  });
  onKey(handle, (key) => {
    if (key === "Home") back();
    else if (STEPS[key]) step(STEPS[key]);
    else return false;
    return true;
  });

  // Pointing at a number of the pooled map shows which cells of the convolution map it comes from.
  const point = (event) => {
    const box = pooled.pixels.getBoundingClientRect();
    const n = Number(pooled.pixels.dataset.n);
    const index = (distance, side) => clamp(Math.floor((distance / side) * n), 0, n - 1);
    probe = event && [index(event.clientY - box.top, box.height), index(event.clientX - box.left, box.width)];
    fig.draw();
  };
  for (const name of ["pointermove", "pointerdown"]) pooled.square.addEventListener(name, point);
  pooled.square.addEventListener("pointerleave", () => point(null));

  function draw(state) {
    const { row, column, dx, dy } = state;
    const [pixels, weights] = [chosen(state.object, state.objects), chosen(state.kernel, state.kernels)];
    const pooling = POOLINGS[state.pooling];
    if (!pixels || !weights) return; // half of a change that came in two messages
    const [before, now] = [[0, 0], [dx, dy]].map(([x, y]) => {
      const picture = drawn(side, pixels, row + y, column + x);
      const cells = sameSize(picture, weights).map((line) => line.map((x) => Math.max(0, x)));
      return { picture, cells, pooled: pool(cells, pooling) };
    });
    const one = compare(before.cells, now.cells, dx, dy);
    const two = compare(before.pooled, now.pooled, dx / pooling.size, dy / pooling.size);
    const scale = largest([before, now].flatMap(({ cells }) => cells.flat()));
    image.show(now.picture, largest(pixels.flat()));
    map.show(now.cells, scale, one.changed);
    pooled.show(now.pooled, scale, two.changed);
    const [high, wide] = [pixels.length, pixels[0].length];
    const [kh, kw] = [weights.length, weights[0].length];
    [[0, 0], [dx, dy]].forEach(([x, y], i) => {
      place(image.frames[i], row + y, column + x, high, wide);
      place(map.frames[i], row + y - (kh - 1) / 2, column + x - (kw - 1) / 2, high + kh - 1, wide + kw - 1);
    });
    const name = (choice) => (typeof choice === "string" ? choice : undefined);
    objects.show(Object.keys(state.objects), name(state.object));
    filters.show(Object.keys(state.kernels), name(state.kernel));
    poolings.show(Object.keys(POOLINGS), state.pooling);
    const where = dx || dy ? `moved ${inWords(dx, dy)}` : "at the marked position";
    for (const arrow of arrows) {
      arrow.setAttribute("aria-disabled", same(within(dx + arrow.by[0], dy + arrow.by[1]), { dx, dy }));
    }
    for (const rest of rests) rest.setAttribute("aria-disabled", !(dx || dy));
    const { size, words, blur } = pooling;
    const [r, c] = (probe ?? [0, 0]).map((i) => Math.min(i, side / size - 1));
    const [edge, taken] = blur ? [1, 3] : [0, pooling.take === "first" ? 1 : size];
    place(map.frames[2], r * size - edge, c * size - edge, taken, taken);
    place(pooled.frames[0], r * size, c * size, size, size);
    map.frames[2].hidden = pooled.frames[0].hidden = !probe;
    const [result, pooledResult] = [RESULTS[one.result === "other" ? "cut" : one.result], RESULTS[two.result]];
    image.caption.textContent = where;
    map.caption.textContent = `zero padding, ReLU; 0 to ${fmt(scale)}`;
    pooled.heading.textContent = words.includes("every second") ? "subsampled" : "pooled map";
    pooled.caption.textContent = probe ? `${fmt(now.pooled[r][c])}: ${words.replace("each ", "these ")}` : words;
    mapNumbers.show(one, result);
    pooledNumbers.show(two, pooledResult);
    const object = name(state.object) ?? "your own";
    handle.setAttribute("aria-label", `Object “${object}”, ${where}. Arrow keys move it, Home takes it back.`);
    const values = size > 2 ? `: ${now.pooled.flat().map(fmt).join(", ")}` : "";
    const tell = (now) => `${now.cells} of ${now.of} cells changed`;
    map.pixels.setAttribute("aria-label", `convolution map, ${tell(one)}`);
    pooled.pixels.setAttribute("aria-label", `pooled map, ${tell(two)}${values}`);
    const say = (text, now) => `${text.slice(2)}, difference ${percent(now.difference)}`;
    fig.say(`Object ${where}. Convolution map: ${say(result, one)}. Pooled map: ${say(pooledResult, two)}.`);
  }

  return {
    draw,
    reset: () => { probe = null; },
    body: [
      h("div", { class: "dlf-choices" }, objects, filters, poolings),
      h("div", { class: "dlf-panels" }, image, map, pooled, moves, mapNumbers, pooledNumbers),
    ],
  };
});
