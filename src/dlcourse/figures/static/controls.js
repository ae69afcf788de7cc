// The controls of the figures: cells, menus, sliders, boxes to tick, buttons, steppers, rows, grids, and the transport.

/** Shows `x` in a cell: its text, and its colour on a scale that is centred on zero and ends at `max`. */
function paint(cell, x, max) {
  const text = fmt(x);
  if (cell.tagName !== "INPUT") cell.textContent = text;
  cell.dataset.value = x;
  cell.classList.toggle("dlf-negative", x < 0);
  cell.style.setProperty("--characters", text.length);
  cell.style.setProperty("--amount", max > 0 ? Math.min(1, Math.abs(x) / max).toFixed(3) : 0);
}

/**
 * A cell that holds an editable number, at most `most` to both sides of zero. `change(x)` is told of valid numbers,
 * `tell(message)` of what is not one.
 */
function numberCell(label, change, tell, most) {
  let value = 0;
  const cell = h("input", {
    type: "number", step: "any", class: "dlf-cell", "aria-label": label, autocomplete: "off",
    oninput: () => {
      const x = cell.valueAsNumber;
      const fault = !Number.isFinite(x) ? "This is not a number yet; try 1, 0.5 or -2."
        : Math.abs(x) > most ? `Please stay between −${most} and ${most}.` : "";
      cell.setAttribute("aria-invalid", Boolean(fault));
      tell(fault && `${fault} Until then the cell counts as ${fmt(value)}.`);
      if (!fault && x !== value) change(x);
    },
    onfocus: () => { cell.value = value; cell.select(); },
    onblur: () => { cell.removeAttribute("aria-invalid"); tell(""); cell.show(value); },
  });
  cell.show = (x) => {
    const focused = cell.getRootNode().activeElement === cell;
    if (!focused) cell.value = fmt(x).replace("−", "-");
    else if (x !== value && x !== cell.valueAsNumber) cell.value = x;
    value = x;
  };
  return cell;
}

/** A labelled menu. `chosen(name)` is told of the reader's choice; `.show(names)` without a name says "your own". */
function menu(label, chosen) {
  const select = h("select", { onchange: () => chosen(select.value) });
  const element = h("label", { class: "dlf-menu" }, h("span", {}, label), select);
  let offered = null;
  element.show = (names, name) => {
    const own = h("option", { value: "", hidden: true }, "your own");
    if (!same(names, offered)) select.replaceChildren(...names.map((text) => h("option", { value: text }, text)), own);
    offered = names;
    select.value = name ?? "";
  };
  return element;
}

/** A labelled slider with its value beside it. `change(x)` is told of the reader's value, `.show(x)` shows one. */
function slider(label, symbol, [min, max, step], change) {
  const input = h("input", { type: "range", min, max, step, "aria-label": label,
    oninput: () => change(input.valueAsNumber) });
  const value = h("output", { "aria-hidden": true });
  const element = h("label", { class: "dlf-slider" }, h("span", { "aria-hidden": true }, symbol), input, value);
  element.show = (x) => {
    input.value = x;
    input.setAttribute("aria-valuetext", fmt(x));
    value.textContent = fmt(x);
  };
  return element;
}

/** A labelled box to tick. */
function tick(label, change) {
  const input = h("input", { type: "checkbox", onchange: () => change(input.checked) });
  const element = h("label", { class: "dlf-check" }, input, label);
  element.show = (on) => { input.checked = on; };
  return element;
}

const ICONS = {
  previous: "M15 5 8 12l7 7", next: "M9 5l7 7-7 7", play: "M8 5v14l11-7z", pause: "M8 5v14M16 5v14",
  draw: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3", reset: "M5 12a7 7 0 1 0 2.5-5.4M5 4v4.5h4.5",
  more: "M12 5v14M5 12h14", fewer: "M5 12h14",
};

/** A button with an icon and a text. */
function button(icon, text, onclick, attributes = {}) {
  const element = h("button", { type: "button", class: "dlf-button", onclick, ...attributes });
  element.show = (name, label) => {
    if (element.dataset.icon === name) return;
    element.dataset.icon = name;
    const svg = `<svg viewBox="0 0 24 24" aria-hidden="true" class="dlf-${name}"><path d="${ICONS[name]}"/></svg>`;
    element.innerHTML = svg;
    element.append(h("span", {}, label));
  };
  element.show(icon, text);
  return element;
}

/** "− 3 weights +": `step(by)` is told of a press; `.show(text, least, most)` says what is reached. */
function counter(fewer, more, step) {
  const part = (label, by, text) => h("button", {
    type: "button", class: "dlf-stepper", "aria-label": label, onclick: (event) => {
      if (event.currentTarget.getAttribute("aria-disabled") !== "true") step(by);
    },
  }, text);
  const [less, count, plus] = [part(fewer, -1, "−"), h("span"), part(more, 1, "+")];
  const element = h("span", { class: "dlf-count" }, less, count, plus);
  element.show = (text, least, most) => {
    count.replaceChildren(text);
    less.setAttribute("aria-disabled", least);
    plus.setAttribute("aria-disabled", most);
  };
  return element;
}

/** A row with its label and its track of cells. */
function row(name, label, ...content) {
  return h("div", { class: `dlf-row dlf-row-${name}` },
    h("span", { class: "dlf-rowlabel", "aria-hidden": true }, label), h("div", { class: "dlf-track" }, ...content));
}

/**
 * A grid of cells with one tab stop. `press`, `choose`, `point` and `leave` say what a pointer does; the arrow keys lead
 * from `at()` to `go(place)`, and `key(name)` is told of other keys.
 */
function grid(label, rows, columns, { press, choose, point, leave, at, go, key }) {
  const all = matrix(rows, columns, () => h("div", { class: "dlf-cell", role: "gridcell", tabindex: -1 }));
  const lines = all.map((line) => h("div", { role: "row" }, ...line));
  const frame = h("div", { class: "dlf-frame", "aria-hidden": true });
  const table = h("div", { role: "grid", "aria-label": label }, ...lines);
  const element = h("div", { class: "dlf-grid" }, table, frame);
  const placeOf = (event) => {
    const box = table.getBoundingClientRect();
    const r = ((event.clientY - box.top) / box.height) * rows;
    const c = ((event.clientX - box.left) / box.width) * columns;
    return r < 0 || c < 0 || r >= rows || c >= columns ? null : [Math.floor(r), Math.floor(c)];
  };
  const listen = (name, act) => table.addEventListener(name, (event) => {
    const place = event.button > 0 ? null : placeOf(event);
    if (place) act?.(place, event);
  });
  listen("pointerdown", press);
  listen("click", choose);
  listen("pointermove", point);
  table.addEventListener("pointerleave", leave);
  if (go) onKey(table, (name) => {
    const to = placeAfter(name, at(), [rows, columns]);
    if (!to) return key?.(name);
    go(to);
    all[to[0]][to[1]].focus();
    return true;
  });
  return Object.assign(element, { all, frame });
}

/**
 * The buttons Previous, Play, Next and Reset of a figure whose window has `count()` places, stands at `get()` and
 * is moved by `go(place)`. `.show()` brings them up to date, `.stop()` ends playing, `.move(place)` does so and goes
 * there. `what` is the window's name, `where()` says at which place it stands.
 */
function transport({ get, count, go, reset, delay, what = "window", where = () => `${get() + 1} of ${count()}` }) {
  let timer = null;
  const step = (by) => { if (get() + by >= 0 && get() + by < count()) bar.move(get() + by); };
  const tick = () => {
    go(get() + 1);
    if (get() >= count() - 1) bar.stop();
  };
  const previous = button("previous", "Previous", () => step(-1));
  const play = button("play", "Play", () => {
    if (timer) return bar.stop();
    if (count() < 2) return;
    if (get() >= count() - 1) go(0);
    timer = setInterval(tick, delay);
    bar.show();
  }, { class: "dlf-button dlf-primary" });
  const next = button("next", "Next", () => step(1));
  const place = h("span", { class: "dlf-where" });
  const bar = h("div", { class: "dlf-transport", role: "group", "aria-label": `Move the ${what}` },
    previous, play, next, place, button("reset", "Reset", () => { bar.stop(); reset(); }));
  bar.move = (place) => { bar.stop(); go(clamp(place, 0, count() - 1)); };
  bar.playing = () => timer !== null;
  bar.stop = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    bar.show();
    go(get()); // says the sum that the reader stopped at
  };
  bar.show = () => {
    play.show(timer ? "pause" : "play", timer ? "Pause" : "Play");
    place.replaceChildren(h("span", {}, `${what} `), where());
    play.setAttribute("aria-disabled", count() < 2);
    previous.setAttribute("aria-disabled", get() <= 0);
    next.setAttribute("aria-disabled", get() === count() - 1);
  };
  return bar;
}
