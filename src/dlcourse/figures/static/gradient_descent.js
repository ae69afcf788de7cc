// A point goes downhill on a loss of two parameters, step by step: its path, its losses, the next step in numbers.

const { cos, sin, abs, hypot, log10 } = Math;
const SURFACES = { // from x and y: the loss and its two slopes
  "round bowl": (x, y) => [(x * x + y * y) / 2, x, y],
  "narrow valley": (x, y) => [(x * x + 25 * y * y) / 2, x, 25 * y],
  saddle: (x, y) => [(x * x - 4) ** 2 / 32 + (y * y) / 2, (x * (x * x - 4)) / 8, y],
  "two minima": (x, y) => {
    const across = y - x / 4;
    const loss = (x * x - 4) ** 2 / 32 + x / 10 + across ** 2 / 2 + 0.20477214761; // so that the lowest loss is 0
    return [loss, (x * (x * x - 4)) / 8 + 0.1 - across / 4, across];
  },
  waves: (x, y) => [
    (x * x + y * y) / 10 + (2 - cos(3 * x) - cos(3 * y)) / 4, x / 5 + 0.75 * sin(3 * x), y / 5 + 0.75 * sin(3 * y),
  ],
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
const pair = (numbers) => numbers.map(short).join(", ");
const flat = ({ slope }) => hypot(...slope) < 1e-3;

/** All points of a path with their losses, slopes, and what the method does next with each coordinate, in words. */
function walk({ surface, method, learning_rate: rate, start }, { most_steps, given_up }) {
  const points = [];
  let [at, first, second] = [start, [0, 0], [0, 0]];
  for (const step of range(most_steps + 1)) {
    const [loss, ...slope] = SURFACES[surface](...at);
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
    const last = step === most_steps || largest(at) > given_up;
    points.push({ at, loss, slope, words, last, next: at.map((x, i) => x - rate * by[i]) });
    if (last) break;
    at = points.at(-1).next;
  }
  return points;
}

/** The smallest curvature of a surface at a point. */
function flattest(surface, [x, y]) {
  const d = 1e-4;
  const slopes = (a, b) => SURFACES[surface](x + a, y + b).slice(1);
  const column = (a, b) => slopes(a, b).map((up, i) => (up - slopes(-a, -b)[i]) / (2 * d));
  const [[p, q], [, r]] = [column(d, 0), column(0, d)];
  return (p + r) / 2 - hypot((p - r) / 2, q);
}

function statusOf({ surface, step }, points, reach) {
  const now = points[Math.min(step, points.length - 1)];
  const before = points[step - 1];
  const inside = now.at.every((x, axis) => abs(x) <= reach[axis]);
  if (points.length <= step || (!inside && now.loss > 10 * points[0].loss)) return "diverging";
  if (flat(now)) return flattest(surface, now.at) < 0 ? "flat" : now.loss < 1e-3 ? "minimum" : "local minimum";
  if (!before) return "start";
  if (now.loss > before.loss) return "uphill";
  return now.slope[0] * before.slope[0] + now.slope[1] * before.slope[1] < 0 ? "across" : "downhill";
}

/** The lines of equal loss, one SVG path for each level, from the highest to the lowest; and the levels. */
function contours(lossAt) {
  const [columns, rows] = [96, 64];
  const values = matrix(rows + 1, columns + 1, (r, c) => lossAt(c / columns, r / rows));
  const top = Math.max(...values.flat());
  const levels = range(12).map((i) => top * ((12 - i) / 13) ** 2);
  const corners = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]];
  const lines = levels.map((level) => {
    const cut = (r, c, [a, b], [i, j]) => { // where the level crosses the side from one corner of a cell to the next
      const [one, two] = [values[r + a][c + b] - level, values[r + i][c + j] - level];
      const share = one / (one - two);
      const [x, y] = [c + b + (j - b) * share, r + a + (i - a) * share];
      return one > 0 === two > 0 ? [] : [`${x.toFixed(2)} ${y.toFixed(2)}`];
    };
    const parts = matrix(rows, columns, (r, c) => {
      const ends = range(4).flatMap((k) => cut(r, c, corners[k], corners[k + 1]));
      return range(ends.length / 2).map((k) => `M${ends[2 * k]}L${ends[2 * k + 1]}`).join("");
    });
    return `<path d="${parts.flat().join("")}"/>`;
  });
  return [`<svg viewBox="0 0 ${columns} ${rows}" aria-hidden="true">${lines.join("")}</svg>`, levels];
}

/** Colours the surface in steps from level to level: blue of more and more strength, which both themes can carry. */
function tint({ width, height }, lossAt, levels) {
  const picture = new ImageData(width, height);
  for (const r of range(height)) for (const c of range(width)) {
    const loss = lossAt((c + 0.5) / width, (r + 0.5) / height);
    const band = levels.filter((level) => level < loss).length;
    picture.data.set([72, 140, 215, 17 * band], 4 * (r * width + c));
  }
  return picture;
}

/** The loss after each step, on a logarithmic scale. */
function chartOf(losses, horizon) {
  const all = losses.map((loss) => Math.max(loss, 1e-8));
  const [low, high] = [Math.floor(log10(Math.min(...all))), Math.ceil(log10(Math.max(...all)))];
  const bottom = Math.min(low, high - 2);
  const X = (i) => (30 + (258 * i) / horizon).toFixed(1);
  const Y = (loss) => (24 + 106 * ((high - log10(loss)) / (high - bottom))).toFixed(1);
  const gap = Math.ceil((high - bottom) / 4);
  const ticks = range(high - bottom + 1).filter((i) => i % gap === 0).map((i) => high - i);
  const label = (e) => (abs(e) > 2 ? `1e${e}` : String(Number((10 ** e).toPrecision(1)))).replace("-", "−");
  return `<svg viewBox="0 0 300 160" aria-hidden="true">${ticks.map((e) =>
    `<path class="dlf-lossline" d="M30 ${Y(10 ** e)}H292"/>
    <text x="26" y="${Number(Y(10 ** e)) + 4}" text-anchor="end">${label(e)}</text>`).join("")}
    <text x="0" y="11">loss, logarithmic</text><text x="30" y="152">0</text>
    <text x="161" y="152" text-anchor="middle">step</text>
    <text x="292" y="152" text-anchor="end">${horizon}</text>
    <polyline points="${all.map((l, i) => `${X(i)},${Y(l)}`).join(" ")}"/>
    <circle cx="${X(all.length - 1)}" cy="${Y(all.at(-1))}" r="4.5"/></svg>`;
}

export default figure("Gradient descent, step by step", (fig) => {
  const { read, write, fixed } = fig;
  const [WIDTH, HEIGHT] = fixed.reach;
  let [points, drawn] = [[], null];
  fig.hint(HINT);

  const surfaces = menu("Surface", (surface) => {
    bar.stop();
    write({ surface, start: fixed.starts[surface], step: 0 });
  });
  const methods = menu("Method", (method) => write({ method }));
  const rate = h("output", { class: "dlf-rate" });
  const [min, max] = fixed.rates.map(log10);
  const slider = h("input", {
    type: "range", min, max, step: 0.05, "aria-label": "learning rate",
    oninput: () => write({ learning_rate: Number((10 ** slider.valueAsNumber).toPrecision(2)) }),
  });

  const place = () => Math.min(read().step, points.length - 1);
  const bar = fig.transport({
    get: place, count: () => points.length, delay: 160, what: "step",
    where: () => String(place()), // and not "of 201", which nobody chose
    go: (step) => {
      if (!bar.playing()) return write({ step });
      // Playing ends where the slope is zero for good; who wants no motion is taken there at once.
      const end = Math.min(points.findLastIndex((point) => !flat(point)) + 1, points.length - 1);
      const to = STILL() ? end : step > end ? 0 : step;
      write({ step: to });
      if (to === end) bar.stop();
    },
  });

  // The surface: a canvas of colours, contours, the path, and the handle of the start.
  const canvas = h("canvas", { width: 480, height: 320, "aria-hidden": true });
  const lines = h("div", { class: "dlf-contours" });
  const trace = h("div", { class: "dlf-trace" });
  const handle = h("div", {
    class: "dlf-start", tabindex: 0, role: "application", "aria-roledescription": "start that can be moved",
  });
  const plane = h("div", { class: "dlf-land" }, canvas, lines, trace, handle);
  const moveTo = (...to) => {
    const start = to.map((x, axis) => clamp(Math.round(x * 20) / 20 + 0, -fixed.reach[axis], fixed.reach[axis]));
    if (!same(start, read().start)) write({ start });
  };
  const pointed = (event) => {
    const box = plane.getBoundingClientRect();
    const [a, b] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    moveTo((2 * a - 1) * WIDTH, (1 - 2 * b) * HEIGHT);
  };
  draggable(handle, { move: pointed });
  plane.addEventListener("click", (event) => { if (event.target !== handle) pointed(event); });
  onKey(handle, (key) => {
    const { start: [x, y], surface } = read();
    if (key === "Home") write({ start: fixed.starts[surface] });
    else if (STEPS[key]) moveTo(x + STEPS[key][1] / 20, y - STEPS[key][0] / 20);
    else return false;
    return true;
  });

  const cells = Object.fromEntries(["step", "loss", "x, y", "gradient"].map((name) => [name, h("dd")]));
  const list = h("dl", {}, ...Object.entries(cells).map(([key, value]) => h("div", {}, h("dt", {}, key), value)));
  const chart = h("div", { class: "dlf-losses", role: "img" });
  const next = h("p", { class: "dlf-update" });
  const said = h("p", { class: "dlf-said" });

  /** The path in the plane, and an arrow from its end downhill. */
  function traceOf(shown) {
    const now = shown.at(-1);
    const X = (x) => clamp(50 * (x + WIDTH), -3000, 3000).toFixed(2);
    const Y = (y) => clamp(50 * (HEIGHT - y), -3000, 3000).toFixed(2);
    const places = shown.map(({ at }) => `${X(at[0])},${Y(at[1])}`).join(" ");
    const tip = now.at.map((x, i) => x - (0.55 * now.slope[i]) / hypot(...now.slope));
    const [x1, y1, x2, y2] = [X(now.at[0]), Y(now.at[1]), X(tip[0]), Y(tip[1])];
    const turn = (Math.atan2(now.slope[1], -now.slope[0]) * 180) / Math.PI;
    const arrow = flat(now) ? "" : `<line class="dlf-downhill" x1="${x1}" y1="${y1}" x2="${x2}"
      y2="${y2}"/><path class="dlf-arrowhead" d="M6 0L-4 5V-5z" transform="translate(${x2} ${y2}) rotate(${turn})"/>`;
    return `<svg viewBox="0 0 300 200" aria-hidden="true">
      <polyline class="dlf-halo" points="${places}"/><polyline points="${places}"/>
      ${shown.slice(1, -1).map(({ at: [x, y] }) => `<circle cx="${X(x)}" cy="${Y(y)}" r="1.8"/>`).join("")}${arrow}
      <circle class="dlf-here" cx="${x1}" cy="${y1}" r="4.5"/></svg>`;
  }

  function draw(state) {
    points = walk(state, fixed);
    const shown = points.slice(0, state.step + 1);
    const now = shown.at(-1);
    if (drawn !== state.surface) {
      drawn = state.surface;
      const lossAt = (across, down) => SURFACES[drawn]((2 * across - 1) * WIDTH, (1 - 2 * down) * HEIGHT)[0];
      const [svg, levels] = contours(lossAt);
      lines.innerHTML = svg;
      canvas.getContext("2d").putImageData(tint(canvas, lossAt, levels), 0, 0);
    }
    trace.innerHTML = traceOf(shown);
    const [x, y] = state.start;
    vary(handle, { x: (x + WIDTH) / (2 * WIDTH), y: (HEIGHT - y) / (2 * HEIGHT) });
    handle.setAttribute("aria-label", `Start at x ${short(x)}, y ${short(y)}. Arrow keys move it.`);
    const horizon = [20, 50, 100, fixed.most_steps].find((n) => n >= state.step);
    chart.innerHTML = chartOf(shown.map(({ loss }) => loss), horizon);
    chart.setAttribute("aria-label",
      `loss from ${short(shown[0].loss)} at step 0 to ${short(now.loss)} at step ${shown.length - 1}`);

    const texts = {
      step: String(shown.length - 1), loss: short(now.loss), "x, y": pair(now.at), gradient: pair(now.slope),
    };
    for (const [name, text] of Object.entries(texts)) cells[name].textContent = text;
    const rated = short(state.learning_rate);
    const updates = ["x", "y"].map((name, i) =>
      `next ${name}: ${short(now.at[i])} − ${rated} · ${now.words[i]} = ${short(now.next[i])}`);
    next.replaceChildren(...(now.last ? ["The path ends here."] : updates).map((line) => h("span", {}, line)));
    const status = statusOf(state, points, fixed.reach);
    said.textContent = SAID[status];
    said.dataset.status = status;
    said.classList.toggle("dlf-fault", status === "diverging");
    surfaces.show(Object.keys(fixed.starts), state.surface);
    methods.show(fixed.methods, state.method);
    slider.value = log10(state.learning_rate);
    rate.textContent = rated;
    slider.setAttribute("aria-valuetext", rated);
    bar.show();
    fig.say(`Step ${texts.step}: loss ${texts.loss}, gradient ${texts.gradient}. ${SAID[status]}`);
  }

  return {
    draw,
    body: [
      h("div", { class: "dlf-choices" }, surfaces, methods),
      h("label", { class: "dlf-rates" }, h("span", {}, "learning rate"), slider, rate),
      h("div", { class: "dlf-slopes" }, plane,
        h("div", { class: "dlf-side" }, chart, h("div", { class: "dlf-values" }, list))),
      next, said, fig.live, bar,
    ],
  };
});
