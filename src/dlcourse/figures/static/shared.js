// What makes a module a figure, and what all figures use. Python (dlcourse.figures) and page.js put this text, that of
// controls.js and those of its class's `modules` before a figure's own, which ends with
// `export default figure(title, setup)`.

const STILL = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * The module of a figure. `setup(figure)` makes its controls and returns { body, draw, reset }: its elements from top
 * to bottom; `draw(state)`, which brings them up to date whenever the state has changed; and, if the reader sees
 * more than the state (a preview, a mode), `reset()`, which takes that back. `figure` has
 * - `fixed`, the constants of its Python class; `read()`, its traits by name; `root` and `panel`, its outer elements;
 * - `write(changes)`: changes the state, tells Python, draws; `draw()`: draws what is not in the state; `reset()`;
 * - `hint(text)`, `tell(fault)`: the note shows the fault, or without one the hint; `say(text)`, to screen readers,
 *   but not while it plays; `note` and `live`, their elements, which come last unless the figure places them;
 * - `transport` and `numberCell` as below, bound to this figure; `signal`, which is aborted when it is taken away.
 */
function figure(title, setup) {
  function render({ model, el }) {
    const fixed = model.get("fixed");
    const read = () => Object.fromEntries(fixed.keys.map((key) => [key, model.get(key)]));
    const first = structuredClone(read());
    const end = new AbortController();
    const panel = h("div", { class: "dlf-body" });
    const root = h("div", { class: `dlf dlf-${fixed.figure}`, role: "group", "aria-label": title }, panel);
    const live = h("p", { class: "dlf-hidden", "aria-live": "polite" });
    const note = h("p", { class: "dlf-note", role: "status" });
    let [hinted, bar, drawn] = ["", null, false];
    const draw = () => { drawn = true; view.draw(read()); };
    const write = (changes) => {
      drawn = false;
      model.set(changes);
      model.save_changes();
      if (!drawn) draw(); // nothing has changed but what only this page knows
    };
    const tell = (fault) => {
      note.textContent = fault || hinted;
      note.classList.toggle("dlf-fault", Boolean(fault));
    };
    const reset = () => {
      bar?.stop();
      view.reset?.();
      write(structuredClone(first));
      tell("");
    };
    const view = setup({
      fixed, read, root, panel, live, note, write, draw, reset, tell, signal: end.signal,
      hint: (text) => { hinted = text; tell(""); },
      say: (text) => { if (!bar?.playing()) live.textContent = text; },
      transport: (options) => (bar = transport({ reset, ...options })),
      numberCell: (label, change) => numberCell(label, change, tell, fixed.largest_value),
    });
    panel.append(...view.body);
    draw();
    for (const element of [live, note]) if (!element.parentNode && element.textContent) panel.append(element);
    model.on("change", draw);
    el.replaceChildren(root);
    return () => { bar?.stop(); end.abort(); model.off("change", draw); };
  }
  return { render };
}

/** A DOM element. Attributes whose names start with "on" are listeners; false and null ones are left out. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const matrix = (rows, columns, f) => range(rows).map((r) => range(columns).map((c) => f(r, c)));
const clamp = (x, low, high) => Math.max(low, Math.min(high, x));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
/** What a reader chose: a name out of `all`, or a value of his own. */
const chosen = (value, all) => (typeof value === "string" ? all[value] : value);
/** Sets variables that the style sheets read. */
const vary = (element, values) => {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, value);
};
const largest = (values) => Math.max(0, ...values.map(Math.abs));

/** `x` with at most two decimals (three if it is small) and a typographic minus; never −0. */
function fmt(x) {
  if (Math.abs(x) >= 1e6) return x.toExponential(1).replace("e+", "e").replace("-", "−");
  const rounded = Number(x.toFixed(Math.abs(x) < 0.1 ? 3 : 2)) + 0;
  return (rounded === 0 ? "0" : String(rounded)).replace("-", "−");
}

/** "=", or "≈" where one of the numbers is shown rounded. */
function equals(...numbers) {
  const exact = numbers.every((x) => Math.abs(Number(fmt(x).replace("−", "-")) - x) < 1e-9);
  return exact ? "=" : "≈";
}

const inBrackets = (x) => (x < 0 ? `(${fmt(x)})` : fmt(x));

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * Tells `act(key)` of a key that is pressed in `element`; what it answers with true does nothing else. Keys with Alt,
 * Ctrl or Meta belong to the browser and to JupyterLab, except Ctrl with Home or End: "Ctrl+Home", "Ctrl+End".
 */
function onKey(element, act) {
  element.dataset.lmSuppressShortcuts = true; // JupyterLab leaves the arrow keys to it
  element.addEventListener("keydown", (event) => {
    const corner = event.ctrlKey && /^(Home|End)$/.test(event.key);
    if (event.altKey || event.metaKey || (event.ctrlKey && !corner)) return;
    if (act(corner ? `Ctrl+${event.key}` : event.key)) event.preventDefault();
  });
  return element;
}

/** The place in a grid that a key leads to from `[row, column]`; undefined for other keys. */
function placeAfter(key, [row, column], [rows, columns]) {
  const ends = {
    Home: [row, 0], End: [row, columns - 1], "Ctrl+Home": [0, 0], "Ctrl+End": [rows - 1, columns - 1],
  };
  const to = STEPS[key] ? [row + STEPS[key][0], column + STEPS[key][1]] : ends[key];
  return to && [clamp(to[0], 0, rows - 1), clamp(to[1], 0, columns - 1)];
}

/**
 * One pointer at a time drags `element`: `start(event)` gives what `move(event, grip)` and `end(event, grip)` need. With
 * `slack`, it begins after so many pixels, and until then a press is a press.
 */
function draggable(element, { start = () => ({}), move, end = () => {}, slack = 0 }) {
  let grip = null;
  const mine = (act) => (event) => { if (grip?.id === event.pointerId) act(event); };
  const seize = (event) => { grip.held = true; element.setPointerCapture(event.pointerId); };
  const release = mine(() => { grip = null; });
  element.addEventListener("pointerdown", (event) => {
    if (event.button || grip?.held) return; // a second finger moves nothing
    grip = { id: event.pointerId, x: event.clientX, y: event.clientY };
    if (!slack) seize(event);
    Object.assign(grip, start(event));
  });
  element.addEventListener("pointermove", mine((event) => {
    if (!event.buttons) { grip = null; return; } // released outside, before it was held
    if (!grip.held && Math.hypot(event.clientX - grip.x, event.clientY - grip.y) >= slack) seize(event);
    if (grip.held) move(event, grip);
  }));
  element.addEventListener("pointerup", mine((event) => { end(event, grip); grip = null; }));
  for (const name of ["pointercancel", "lostpointercapture"]) element.addEventListener(name, release);
  element.addEventListener("dragstart", (event) => event.preventDefault()); // of the selected text of a cell
  return element;
}

/** Scrolls a row that is too long for its place until `element` is in the middle. */
function follow(scroller, element) {
  requestAnimationFrame(() => { // the first time, the figure is not yet in the page
    if (scroller.scrollWidth <= scroller.clientWidth) return;
    const middle = (part) => part.getBoundingClientRect().x + part.clientWidth / 2;
    scroller.scrollBy({ left: middle(element) - middle(scroller), behavior: STILL() ? "auto" : "smooth" });
  });
}
