// The arithmetic of convolution: the window on the padded input, the output that it makes, and the formula.

const SYMBOLS = { input: "n", kernel: "k", padding: "p", stride: "s", dilation: "d" };
const HINT = "Choose a cell of the output to see what it reads, or a cell of the input to see which outputs read it; " +
  "the arrow keys do it too.";

/** Padding (before, after) with which the output has ceil(n / stride) cells, as Keras and TensorFlow share it out. */
function samePadding(n, extent, stride) {
  const total = Math.max((Math.ceil(n / stride) - 1) * stride + extent - n, 0);
  const before = Math.floor(total / 2);
  return 2 * before === total ? before : [before, total - before];
}

/** All sizes along one side, and how many windows read each cell of the padded input. */
function sizesOf({ input: n, kernel: k, padding, stride: s, dilation: d }) {
  const [before, after] = Array.isArray(padding) ? padding : [padding, padding];
  const padded = n + before + after;
  const extent = d * (k - 1) + 1;
  const output = padded >= extent ? Math.floor((padded - extent) / s) + 1 : 0;
  const taps = (start) => range(k).map((j) => start * s + j * d);
  const reads = range(padded).map(() => 0);
  range(output).forEach((start) => taps(start).forEach((i) => { reads[i] += 1; }));
  const readers = (i) => range(output).filter((start) => taps(start).includes(i));
  const tail = output ? padded - (output - 1) * s - extent : 0;
  return { n, before, after, padded, extent, output, taps, reads, readers, tail };
}

const some = (count, one, many) => (count === 1 ? `1 ${one}` : `${count} ${many}`);
/** "row 2", "rows 1 to 3" or "rows 0, 2, 4". */
function axis(name, places) {
  const [low, high, count] = [places[0], places.at(-1), places.length];
  const list = count > 2 && high - low === count - 1 ? `${fmt(low)} to ${fmt(high)}` : places.map(fmt).join(", ");
  return `${name}${count > 1 ? "s" : ""} ${list}`;
}
const square = (rows, columns) => `${axis("row", rows)} and ${axis("column", columns)}`;

/** What is read of the input and what is not, in words. */
function verdict({ n, before, after, padded, extent, output, reads, tail }) {
  if (!output) {
    return `The window is ${some(extent, "cell", "cells")} wide, the padded input only ${padded}: the window has no ` +
      "place, and there is no output. Add padding, or take a larger input, a smaller kernel or less dilation.";
  }
  const unread = reads.slice(before, before + n).filter((count) => !count).length;
  const lost = Math.min(Math.max(tail - after, 0), n);
  const last = (count) => (count === 1 ? "The last row and column" : `The last ${count} rows and columns`);
  const words = [];
  if (unread > lost) words.push(`The window leaves out ${unread - lost === 1 ? "a row and a column" :
    `${unread - lost} rows and columns`} between its cells or before its first place.`);
  if (lost) words.push(`${last(lost)} of the input are never read: the floor drops them.`);
  else if (tail) words.push(`${last(tail)} of the padding are never read: they could as well be missing.`);
  if (unread) words.push(`So ${n * n - (n - unread) ** 2} of the ${n * n} input cells count for nothing.`);
  return words.join(" ") || (n === 1 ? "The input's one cell is read." : "Every cell of the input is read.");
}

/** floor((n + p + p − d (k − 1) − 1) / s) + 1, from what stands for the letters, with the fraction as a fraction. */
function formula(above, below) {
  const fraction = h("span", { class: "dlf-fraction" }, h("span", {}, above), h("span", {}, below));
  return [h("b", {}, "⌊"), fraction, h("b", {}, "⌋"), " + 1"];
}

export default figure("Convolution arithmetic", (fig) => {
  const { read, write, fixed: { bounds } } = fig;
  let chosen = null; // the cell of the padded input whose readers are shown, instead of the window
  let preview = null; // what the mouse points at: { place } in the output or { cell } in the padded input
  let shape = null;
  let boards = {};
  fig.hint(HINT);

  const size = () => sizesOf(read());
  const pinned = () => [read().row, read().column].map((i) => clamp(i, 0, size().output - 1));
  const reset = () => { preview = chosen = null; };
  const go = ([row, column]) => {
    reset();
    if (size().output) write({ row, column });
  };
  const move = (to) => { bar.stop(); go(to); };
  const choose = (cell) => { bar.stop(); preview = null; chosen = cell; fig.draw(); };
  const change = (changes) => {
    bar.stop();
    reset();
    const state = { ...read(), ...changes };
    const last = Math.max(sizesOf(state).output - 1, 0);
    write({ ...changes, row: Math.min(state.row, last), column: Math.min(state.column, last) });
  };

  // A stepper changes both sides of the padding; from (0, 1) it leads to 0 or to 1.
  const step = (key, by) => {
    const now = [read()[key]].flat();
    change({ [key]: now.length > 1 ? Math[by > 0 ? "max" : "min"](...now) : now[0] + by });
  };
  const steppers = Object.fromEntries(Object.keys(bounds).map((key) =>
    [key, counter(`less ${key}`, `more ${key}`, (by) => step(key, by))]));
  const setting = (key) => h("div", { role: "group", "aria-label": key },
    h("span", { class: "dlf-title" }, `${key} `, h("i", {}, SYMBOLS[key])), steppers[key]);
  const PRESETS = [
    ["valid", () => ({ padding: 0 })],
    ["same", (n, extent) => ({ stride: 1, padding: samePadding(n, extent, 1) })],
    ["full", (n, extent) => ({ padding: extent - 1 })],
    ["Keras", (n, extent) => ({ stride: 2, padding: samePadding(n, extent, 2) })],
    ["PyTorch", (n, extent) => ({ stride: 2, padding: Math.floor(extent / 2) })],
  ].map(([name, of]) => {
    const changes = () => of(read().input, size().extent);
    const allowed = () => {
      const { padding, dilation } = { ...read(), ...changes() };
      return Math.max(...[padding].flat()) <= bounds.padding[1] && !(name === "Keras" && dilation > 1);
    };
    const onclick = () => { if (allowed()) change(changes()); };
    const element = h("button", { type: "button", class: "dlf-button", onclick }, name);
    return { element, changes, allowed };
  });
  const uses = h("input", { type: "checkbox", onchange: () => write({ uses: uses.checked }) });
  const buttons = PRESETS.map(({ element }) => element);
  buttons[3].ariaLabel = "Keras, padding same with stride 2";
  buttons[4].ariaLabel = "PyTorch, padding k // 2 with stride 2";
  const group = (label, ...content) => h("div", { class: "dlf-presets", role: "group", "aria-label": label },
    h("span", { "aria-hidden": true }, label), ...content);

  const stage = h("div", { class: "dlf-boards" });
  const said = h("p", { class: "dlf-said" });
  const sum = h("p", { class: "dlf-formula" });
  const extents = h("p", { class: "dlf-extent" });
  const judged = h("p", { class: "dlf-verdict", role: "status" });
  const bar = fig.transport({
    count: () => size().output ** 2,
    get: () => (size().output ? pinned()[0] * size().output + pinned()[1] : -1),
    go: (i) => go([Math.floor(i / size().output), i % size().output]),
    delay: 450,
  });

  const point = (target, event) => {
    if (event.pointerType !== "mouse" || bar.playing() || same(target, preview)) return;
    preview = target;
    fig.draw();
  };
  const leave = () => { if (preview) { preview = null; fig.draw(); } };

  function build({ before, padded, extent, output }, { input }) {
    const image = grid(`padded input, ${padded} rows and ${padded} columns`, padded, padded, {
      choose, leave, at: () => chosen ?? entry(), go: choose, point: (cell, event) => point({ cell }, event),
    });
    const result = grid(`output, ${output} rows and ${output} columns`, output, output, {
      choose: move, leave, at: pinned, go: move, point: (place, event) => point({ place }, event),
    });
    boards = { image, result };
    image.all.forEach((line, r) => line.forEach((cell, c) => {
      const inside = [r, c].every((i) => i >= before && i < before + input);
      cell.classList.toggle("dlf-pad", !inside);
      cell.ariaLabel = `${inside ? "input" : "padding"} row ${fmt(r - before)}, column ${fmt(c - before)}`;
    }));
    result.all.forEach((line, r) => line.forEach((cell, c) => { cell.ariaLabel = `output row ${r}, column ${c}`; }));
    const title = (name, text) => h("p", { class: "dlf-title" }, h("strong", {}, name), ` ${text}`);
    const more = padded > input ? `, padded to ${padded} × ${padded}` : "";
    const nothing = h("p", { class: "dlf-nothing" }, "none");
    stage.replaceChildren(
      h("div", { class: "dlf-board-image" }, title("input", `${input} × ${input}${more}`), image),
      h("div", { class: "dlf-board-output" }, title("output", `${output} × ${output}`), output ? result : nothing));
    vary(fig.panel, { columns: Math.max(padded, extent), out: Math.max(output, 2), missing: extent - padded });
    vary(image.frame, { fh: extent, fw: extent });
    vary(result.frame, { fh: 1, fw: 1 });
    fig.root.classList.toggle("dlf-dense", Math.max(padded, extent) > 16);
    fig.root.classList.toggle("dlf-outside", !output);
  }

  /** The input cell that the Tab key leads to: the middle of the window. */
  const entry = () => pinned().map((i) => {
    const { padded, extent } = size();
    return clamp(i * read().stride + Math.floor(extent / 2), 0, padded - 1);
  });

  function draw(state) {
    const now = sizesOf(state);
    const { n, before, after, padded, extent, output, taps, reads, readers } = now;
    const key = [state.input, before, after, extent, output];
    if (!same(shape, key)) build(now, state);
    shape = key;
    if (chosen && Math.max(...chosen) >= padded) chosen = null;
    const cell = preview ? preview.cell : chosen;
    const place = cell ? null : preview?.place ?? pinned();
    const most = largest(reads) ** 2;
    const [readRows, readColumns] = place ? place.map((i) => (output ? taps(i) : [])) : [[], []];
    const [rows, columns] = cell ? cell.map(readers) : [[], []];
    const each = (board, act) => board.all.forEach((line, r) => line.forEach((element, c) => act(element, r, c)));
    const mark = (element, classes) => {
      for (const [name, on] of Object.entries(classes)) element.classList.toggle(`dlf-${name}`, Boolean(on));
    };
    each(boards.image, (element, r, c) => {
      const count = reads[r] * reads[c];
      const padding = element.classList.contains("dlf-pad");
      mark(element, {
        unread: output && !count, chosen: same(cell, [r, c]), read: readRows.includes(r) && readColumns.includes(c),
      });
      element.textContent = state.uses ? count : padding ? "0" : "";
      vary(element, { amount: padding ? 0 : state.uses ? 0.8 * count / most : 0.35 });
      element.tabIndex = same([r, c], chosen ?? entry()) ? 0 : -1;
    });
    each(boards.result, (element, r, c) => {
      mark(element, { now: same(place, [r, c]), read: rows.includes(r) && columns.includes(c) });
      element.tabIndex = same([r, c], pinned()) ? 0 : -1;
    });
    for (const [board, scale] of [[boards.image, state.stride], [boards.result, 1]]) {
      board.frame.hidden = !place;
      const [row, column] = (place ?? [0, 0]).map((i) => i * scale);
      vary(board.frame, { row, column });
    }

    if (cell) {
      const [inside, where] = [cell.every((i) => i >= before && i < before + n), cell.map((i) => fmt(i - before))];
      const count = rows.length * columns.length;
      said.textContent = `${inside ? "Input" : "Padding"} row ${where[0]}, column ${where[1]} is read by ` +
        (count ? `${some(count, "output", "outputs")}: ${square(rows, columns)}.` : "no output.");
    } else if (output) {
      const [r, c] = [readRows, readColumns].map((all) => all.map((i) => i - before).filter((i) => i >= 0 && i < n));
      const pads = state.kernel ** 2 - r.length * c.length;
      const parts = [r.length * c.length ? `${square(r, c)} of the input` : "", pads ? some(pads, "zero", "zeros") +
        " of the padding" : ""].filter(Boolean);
      said.textContent = `Output row ${place[0]}, column ${place[1]} reads ${parts.join(", and ")}.`;
    } else said.textContent = "The frame is the window: it does not fit into the padded input.";
    fig.say(said.textContent);

    const top = `${n} + ${before} + ${after} − ${state.dilation} × (${state.kernel} − 1) − 1`;
    const rest = padded - extent;
    const whole = Math.floor(rest / state.stride) + 1;
    sum.replaceChildren(
      h("span", { class: "dlf-hidden" }, `The floor of ${fmt(rest)} divided by ${state.stride}, plus 1, is ${whole}.`),
      h("span", { class: "dlf-letters", "aria-hidden": true }, ...formula("n + p + p′ − d (k − 1) − 1", "s")),
      h("span", { "aria-hidden": true }, "= ", ...formula(top, state.stride)),
      h("span", { "aria-hidden": true }, "= ", ...formula(fmt(rest), state.stride),
        " = ", h("strong", {}, fmt(whole))));
    extents.replaceChildren("effective kernel size ", h("span", {}, h("i", {}, "d (k − 1) + 1"),
      ` = ${state.dilation} × (${state.kernel} − 1) + 1 = `, h("strong", {}, extent)));
    judged.textContent = verdict(now);
    judged.classList.toggle("dlf-fault", !output);

    for (const [name, [low, high]] of Object.entries(bounds)) {
      const value = [state[name]].flat();
      steppers[name].show(value.join(" + "), Math.max(...value) === low, Math.min(...value) === high);
    }
    for (const { element, changes, allowed } of PRESETS) {
      element.ariaDisabled = !allowed();
      element.setAttribute("aria-pressed", allowed() && same({ ...state, ...changes() }, state));
    }
    uses.checked = state.uses;
    bar.show();
  }

  return {
    draw, reset,
    body: [
      h("div", { class: "dlf-settings" }, ...Object.keys(bounds).map(setting)),
      h("div", { class: "dlf-choices" },
        group("padding", ...buttons.slice(0, 3)), group("same, stride 2", ...buttons.slice(3))),
      stage,
      h("div", { class: "dlf-choices dlf-legend" },
        ...[["read", "", "read now"], ["pad", "0", "padding"], ["unread", "", "never read"]].map(([name, text, label]) =>
          h("span", { class: "dlf-swatch" }, h("i", { class: `dlf-cell dlf-${name}` }, text), label)),
        h("label", { class: "dlf-check" }, uses, " count the readers")),
      said, fig.live, bar, sum, extents, judged,
    ],
  };
});
