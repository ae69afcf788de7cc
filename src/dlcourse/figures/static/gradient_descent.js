// A point goes downhill on a loss of two parameters, step by step: its path, its losses, the next step in numbers.

const [WIDTH, HEIGHT, MOST_STEPS, GIVEN_UP] = [3, 2, 200, 1e6];
const METHODS = ["gradient descent", "momentum", "Adam"];
const { cos, sin, abs, hypot, log10 } = Math;
const SURFACES = { // from x and y: the loss and its two slopes; then where the path starts unless a reader moves it
  "round bowl": [(x, y) => [(x * x + y * y) / 2, x, y], [2.4, 1.6]],
  "narrow valley": [(x, y) => [(x * x + 25 * y * y) / 2, x, 25 * y], [2.7, 0.8]],
  saddle: [(x, y) => [(x * x - 4) ** 2 / 32 + (y * y) / 2, (x * (x * x - 4)) / 8, y], [0.05, 1.7]],
  "two minima": [(x, y) => {
    const across = y - x / 4;
    const loss = (x * x - 4) ** 2 / 32 + x / 10 + across ** 2 / 2 + 0.20477214761; // so that the lowest loss is 0
    return [loss, (x * (x * x - 4)) / 8 + 0.1 - across / 4, across];
  }, [2.8, -1]],
  waves: [(x, y) => [
    (x * x + y * y) / 10 + (2 - cos(3 * x) - cos(3 * y)) / 4, x / 5 + 0.75 * sin(3 * x), y / 5 + 0.75 * sin(3 * y),
  ], [2.6, 1.5]],
};
const HINT = "Seen from above: x runs from −3 to 3, y from −2 to 2. Along each line the loss is the same; the " +
  "stronger the colour, the higher. The ring is the start: drag it, move it with the arrow keys (Home: back to its " +
  "first place), or press anywhere on the surface. The path follows what you change.";
const SAID = {
  start: "This is the start. The arrow points downhill, against the gradient: press Next or Play.",
  downhill: "The loss falls, and the gradient is not yet zero: the path goes on.",
  uphill: "The last step has made the loss larger.",
  across: "The loss falls, but the last step went across the bottom: the gradient has turned round.",
  minimum: "The gradient is nearly zero, and the loss too: this is the lowest point.",
  "local minimum": "The gradient is nearly zero, but the loss is not: this is a minimum, and not the lowest one.",
  flat: "The gradient is nearly zero, but this is no minimum: beside this point it goes down.",
  diverging: "Diverging: the loss grows instead of falling. The learning rate is too large for this surface.",
};

/** `x` with three digits, as a reader writes it: 0.05, 1.23e4, 5e−5, with a typographic minus. */
function short(x) {
  if (x === 0) return "0";
  const small = abs(x) < 1e-3 || abs(x) >= 1e4;
  const text = small ? x.toExponential(1).replace("e+", "e").replace(".0e", "e") : String(Number(x.toPrecision(3)));
  return text.replaceAll("-", "−");
}
const signed = (x) => (x < 0 ? `(${short(x)})` : short(x));

/** All points of a path with their losses, slopes, and what the method does next with each coordinate, in words. */
function walk({ surface, method, learning_rate: rate, start }) {
  const points = [];
  let [at, first, second] = [start, [0, 0], [0, 0]];
  for (const step of range(MOST_STEPS + 1)) {
    const [loss, ...slope] = SURFACES[surface][0](...at);
    const before = first;
    const t = step + 1;
    let [by, words] = [slope, slope.map(signed)];
    if (method === "momentum") {
      by = first = slope.map((g, i) => 0.9 * before[i] + g);
      words = slope.map((g, i) => `(0.9 · ${signed(before[i])} + ${signed(g)})`);
    } else if (method === "Adam") {
      first = slope.map((g, i) => 0.9 * before[i] + 0.1 * g);
      second = slope.map((g, i) => 0.999 * second[i] + 0.001 * g * g);
      const mean = first.map((m) => m / (1 - 0.9 ** t));
      const root = second.map((v) => Math.sqrt(v / (1 - 0.999 ** t)));
      by = mean.map((m, i) => m / (root[i] + 1e-8));
      words = mean.map((m, i) => `${signed(m)} / ${short(root[i])}`);
    }
    points.push({ at, loss, slope, words, next: at.map((x, i) => x - rate * by[i]) });
    if (largest(at) > GIVEN_UP) break;
    at = points.at(-1).next;
  }
  return points;
}

/** The smallest curvature of a surface at a point. */
function flattest(surface, [x, y]) {
  const d = 1e-4;
  const slopes = (a, b) => SURFACES[surface][0](x + a, y + b).slice(1);
  const column = (a, b) => slopes(a, b).map((up, i) => (up - slopes(-a, -b)[i]) / (2 * d));
  const [[p, q], [, r]] = [column(d, 0), column(0, d)];
  return (p + r) / 2 - hypot((p - r) / 2, q);
}

function statusOf(state, points) {
  const [now, before, wanted] = [points[Math.min(state.step, points.length - 1)], points[state.step - 1], state.step];
  const inside = abs(now.at[0]) <= WIDTH && abs(now.at[1]) <= HEIGHT;
  if (points.length <= wanted || (!inside && now.loss > 10 * points[0].loss)) return "diverging";
  if (hypot(...now.slope) < 1e-3) {
    if (flattest(state.surface, now.at) < 0) return "flat";
    return now.loss < 1e-3 ? "minimum" : "local minimum";
  }
  if (!before) return "start";
  if (now.loss > before.loss) return "uphill";
  return now.slope[0] * before.slope[0] + now.slope[1] * before.slope[1] < 0 ? "across" : "downhill";
}

/** The lines of equal loss, one SVG path for each level, from the highest to the lowest. */
function contours(surface) {
  const [columns, rows] = [96, 64];
  const place = (c, r) => [((2 * c) / columns - 1) * WIDTH, (1 - (2 * r) / rows) * HEIGHT];
  const values = matrix(rows + 1, columns + 1, (r, c) => SURFACES[surface][0](...place(c, r))[0]);
  const top = Math.max(...values.flat());
  const levels = range(12).map((i) => top * ((12 - i) / 13) ** 2);
  const lines = levels.map((level) => {
    const parts = [];
    const cut = (r, c, [a, b], [i, j]) => { // where the level crosses the side from one corner of a cell to the next
      const [one, two] = [values[r + a][c + b] - level, values[r + i][c + j] - level];
      const share = one / (one - two);
      const [x, y] = [c + b + (j - b) * share, r + a + (i - a) * share];
      return one > 0 === two > 0 ? [] : [`${x.toFixed(2)} ${y.toFixed(2)}`];
    };
    const corners = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]];
    for (const r of range(rows)) for (const c of range(columns)) {
      const ends = range(4).flatMap((k) => cut(r, c, corners[k], corners[k + 1]));
      for (let k = 0; k + 1 < ends.length; k += 2) parts.push(`M${ends[k]}L${ends[k + 1]}`);
    }
    return `<path d="${parts.join("")}"/>`;
  });
  return { svg: `<svg viewBox="0 0 ${columns} ${rows}" aria-hidden="true">${lines.join("")}</svg>`, levels, top };
}

/** Colours the surface in steps from level to level: blue of more and more strength, which both themes can carry. */
function tint(canvas, surface, levels) {
  const [columns, rows] = [canvas.width, canvas.height];
  const picture = new ImageData(columns, rows);
  for (const r of range(rows)) for (const c of range(columns)) {
    const at = [((2 * c + 1) / columns - 1) * WIDTH, (1 - (2 * r + 1) / rows) * HEIGHT];
    const loss = SURFACES[surface][0](...at)[0];
    const band = levels.filter((level) => level < loss).length;
    picture.data.set([72, 140, 215, 17 * band], 4 * (r * columns + c));
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

function render({ model, el }) {
  const KEYS = ["surface", "method", "learning_rate", "start", "step"];
  const read = () => Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
  const first = read();
  const write = (changes) => { model.set(changes); model.save_changes(); };
  let [points, drawn] = [[], null];

  const surfaces = menu("Surface", (name) => {
    bar.stop();
    write({ surface: name, start: SURFACES[name][1], step: 0 });
  });
  const methods = menu("Method", (name) => write({ method: name }));
  const rate = h("output", { class: "dlf-rate" });
  const slider = h("input", {
    type: "range", min: -3, max: 1, step: 0.05, "aria-label": "learning rate",
    oninput: () => write({ learning_rate: Number((10 ** slider.valueAsNumber).toPrecision(2)) }),
  });
  const rates = h("label", { class: "dlf-rates" }, h("span", {}, "learning rate"), slider, rate);

  const bar = transport({
    get: () => Math.min(model.get("step"), points.length - 1), count: () => points.length, delay: 160,
    reset: () => write(structuredClone(first)),
    go: (place) => {
      if (!bar.playing()) return write({ step: place });
      // Playing ends where the slope is zero for good; who wants no motion is taken there at once.
      const end = Math.min(points.findLastIndex(({ slope }) => hypot(...slope) >= 1e-3) + 1, points.length - 1);
      const to = STILL() ? end : place > end ? 0 : place;
      write({ step: to });
      if (to === end) bar.stop();
    },
  });
  bar.setAttribute("aria-label", "Steps");
  const where = bar.querySelector(".dlf-where");
  const showBar = bar.show;
  bar.show = () => {
    showBar();
    where.replaceChildren(h("span", {}, "step "), String(Math.min(model.get("step"), points.length - 1)));
  };

  // The surface: a canvas of colours, contours, the path, and the handle of the start.
  const canvas = h("canvas", { width: 480, height: 320, "aria-hidden": true });
  const lines = h("div", { class: "dlf-contours" });
  const trace = h("div", { class: "dlf-trace" });
  const handle = h("div", {
    class: "dlf-start", tabindex: 0, role: "application", "aria-roledescription": "start that can be moved",
    "data-lm-suppress-shortcuts": true, // JupyterLab leaves the arrow keys to it
  });
  const plane = h("div", { class: "dlf-land" }, canvas, lines, trace, handle);
  const round = (x) => Math.round(x * 20) / 20 + 0;
  const moveTo = (x, y) => {
    const start = [clamp(round(x), -WIDTH, WIDTH), clamp(round(y), -HEIGHT, HEIGHT)];
    if (!same(start, model.get("start"))) write({ start });
  };
  const pointed = (event) => {
    const box = plane.getBoundingClientRect();
    const [a, b] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    moveTo((2 * a - 1) * WIDTH, (1 - 2 * b) * HEIGHT);
  };
  let grip = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button || grip !== null) return; // a second finger moves nothing
    handle.setPointerCapture(event.pointerId);
    grip = event.pointerId;
  });
  handle.addEventListener("pointermove", (event) => { if (grip === event.pointerId) pointed(event); });
  handle.addEventListener("lostpointercapture", (event) => { if (grip === event.pointerId) grip = null; });
  plane.addEventListener("click", (event) => { if (event.target !== handle) pointed(event); });
  handle.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.altKey || event.metaKey || event.ctrlKey || !(to || event.key === "Home")) return;
    event.preventDefault();
    const [x, y] = model.get("start");
    if (to) moveTo(x + to[0] / 20, y + to[1] / 20); else write({ start: SURFACES[model.get("surface")][1] });
  });

  const cells = Object.fromEntries(["step", "loss", "x, y", "gradient"].map((name) => [name, h("dd")]));
  const list = h("dl", {}, ...Object.entries(cells).map(([key, value]) => h("div", {}, h("dt", {}, key), value)));
  const chart = h("div", { class: "dlf-losses", role: "img" });
  const next = h("p", { class: "dlf-update" });
  const said = h("p", { class: "dlf-said" });
  const live = h("p", { class: "dlf-hidden", "aria-live": "polite" });

  /** The loss after each step, on a logarithmic scale. */
  function plot(shown, step) {
    const horizon = [20, 50, 100, MOST_STEPS].find((n) => n >= step);
    const all = shown.map(({ loss }) => Math.max(loss, 1e-8));
    const [low, high] = [Math.floor(log10(Math.min(...all))), Math.ceil(log10(Math.max(...all)))];
    const bottom = Math.min(low, high - 2);
    const X = (i) => (30 + (258 * i) / horizon).toFixed(1);
    const Y = (loss) => (24 + 106 * ((high - log10(loss)) / (high - bottom))).toFixed(1);
    const gap = Math.ceil((high - bottom) / 4);
    const ticks = range(high - bottom + 1).filter((i) => i % gap === 0).map((i) => high - i);
    const label = (e) => (abs(e) > 2 ? `1e${e}` : String(Number((10 ** e).toPrecision(1)))).replace("-", "−");
    chart.innerHTML = `<svg viewBox="0 0 300 160" aria-hidden="true">${ticks.map((e) =>
      `<path class="dlf-lossline" d="M30 ${Y(10 ** e)}H292"/>
      <text x="26" y="${Number(Y(10 ** e)) + 4}" text-anchor="end">${label(e)}</text>`).join("")}
      <text x="0" y="11">loss, logarithmic</text><text x="30" y="152">0</text>
      <text x="161" y="152" text-anchor="middle">step</text>
      <text x="292" y="152" text-anchor="end">${horizon}</text>
      <polyline points="${all.map((l, i) => `${X(i)},${Y(l)}`).join(" ")}"/>
      <circle cx="${X(all.length - 1)}" cy="${Y(all.at(-1))}" r="4.5"/></svg>`;
    chart.setAttribute("aria-label",
      `loss from ${short(shown[0].loss)} at step 0 to ${short(shown.at(-1).loss)} at step ${shown.length - 1}`);
  }

  function draw() {
    const state = read();
    points = walk(state);
    const shown = points.slice(0, state.step + 1);
    const now = shown.at(-1);
    if (drawn !== state.surface) {
      const { svg, levels } = contours(state.surface);
      lines.innerHTML = svg;
      tint(canvas, state.surface, levels);
      drawn = state.surface;
    }
    const X = (x) => clamp(50 * (x + WIDTH), -3000, 3000).toFixed(2);
    const Y = (y) => clamp(50 * (HEIGHT - y), -3000, 3000).toFixed(2);
    const places = shown.map(({ at }) => `${X(at[0])},${Y(at[1])}`);
    const slope = hypot(...now.slope) || 1;
    const tip = now.at.map((x, i) => x - (0.55 * now.slope[i]) / slope);
    const [x1, y1, x2, y2] = [X(now.at[0]), Y(now.at[1]), X(tip[0]), Y(tip[1])];
    const turn = (Math.atan2(now.slope[1], -now.slope[0]) * 180) / Math.PI;
    const arrow = hypot(...now.slope) < 1e-3 ? "" : `<line class="dlf-downhill" x1="${x1}" y1="${y1}" x2="${x2}"
      y2="${y2}"/><path class="dlf-arrowhead" d="M6 0L-4 5V-5z" transform="translate(${x2} ${y2}) rotate(${turn})"/>`;
    trace.innerHTML = `<svg viewBox="0 0 300 200" aria-hidden="true">
      <polyline class="dlf-halo" points="${places.join(" ")}"/><polyline points="${places.join(" ")}"/>
      ${shown.slice(1, -1).map(({ at: [x, y] }) => `<circle cx="${X(x)}" cy="${Y(y)}" r="1.8"/>`).join("")}${arrow}
      <circle class="dlf-here" cx="${x1}" cy="${y1}" r="4.5"/></svg>`;
    handle.style.setProperty("--x", (state.start[0] + WIDTH) / (2 * WIDTH));
    handle.style.setProperty("--y", (HEIGHT - state.start[1]) / (2 * HEIGHT));
    plot(shown, state.step);

    const pair = ([a, b]) => `${short(a)}, ${short(b)}`;
    const texts = {
      step: String(shown.length - 1), loss: short(now.loss), "x, y": pair(now.at), gradient: pair(now.slope),
    };
    for (const [name, text] of Object.entries(texts)) cells[name].textContent = text;
    Object.assign(trace.dataset, { path: JSON.stringify(shown.map(({ at }) => at)), loss: now.loss });
    trace.dataset.gradient = JSON.stringify(now.slope);
    const ended = points.length <= state.step || now === points[MOST_STEPS] || largest(now.at) > GIVEN_UP;
    const [rated, worded] = [short(state.learning_rate), (i) => `${now.words[i]} = ${short(now.next[i])}`];
    next.replaceChildren(...(ended ? [h("span", {}, "The path ends here.")] : ["x", "y"].map((name, i) =>
      h("span", {}, `next ${name}: ${short(now.at[i])} − ${rated} · ${worded(i)}`))));
    const status = statusOf(state, points);
    said.textContent = SAID[status];
    said.dataset.status = status;
    said.classList.toggle("dlf-fault", status === "diverging");
    surfaces.show(Object.keys(SURFACES), state.surface);
    methods.show(METHODS, state.method);
    slider.value = log10(state.learning_rate);
    rate.textContent = short(state.learning_rate);
    slider.setAttribute("aria-valuetext", short(state.learning_rate));
    const [x, y] = state.start.map(short);
    handle.setAttribute("aria-label", `Start at x ${x}, y ${y}. Arrow keys move it.`);
    bar.show();
    if (bar.playing()) return;
    live.textContent = `Step ${texts.step}: loss ${texts.loss}, gradient ${texts.gradient}. ${SAID[status]}`;
  }

  const figure = h("div", { class: "dlf dlf-descent", role: "group", "aria-label": "Gradient descent, step by step" },
    h("div", { class: "dlf-body" }, h("div", { class: "dlf-choices" }, surfaces, methods), rates,
      h("div", { class: "dlf-slopes" }, plane,
        h("div", { class: "dlf-side" }, chart, h("div", { class: "dlf-values" }, list))),
      next, said, live, bar, h("p", { class: "dlf-note" }, HINT)));
  el.replaceChildren(figure);
  model.on("change", draw);
  draw();
  return () => { bar.stop(); model.off("change", draw); };
}

export default { render };
