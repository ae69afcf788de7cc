// The receptive field of a unit in a stack of layers: the cone of units below it, down to the inputs that it sees.

const [NARROWEST, WIDEST] = [11, 64]; // inputs that are drawn: few enough to be told apart on a phone
const PRESETS = {
  "one 5": [[5, 1, 1]],
  "two 3": range(2).map(() => [3, 1, 1]),
  "five 3": range(5).map(() => [3, 1, 1]),
  "dilated 1-2-4": [1, 2, 4].map((d) => [3, 1, d]),
  "with stride 2": [[3, 2, 1], [3, 2, 1], [3, 1, 1]],
};
const HINT = "Choose a unit, with the arrow keys too, to see what it depends on. Numbers and bars count the paths that " +
  "lead to it. The jump is the distance between the fields of neighbours: the product of the strides.";

/** For the input, then each layer: the field of its units, their jump, the middle of the first one, how many are drawn. */
function levels(layers) {
  const all = [{ field: 1, jump: 1 }];
  for (const [k, s, d] of layers) {
    const { field, jump } = all.at(-1);
    all.push({ field: field + d * (k - 1) * jump, jump: jump * s });
  }
  const { field, jump } = all.at(-1);
  const fitting = (inputs) => Math.floor((inputs - field) / jump) + 1;
  let units = Math.max(Math.min(Math.max(3, fitting(NARROWEST)), fitting(WIDEST)), 1);
  units -= 1 - (units % 2);
  for (const i of range(all.length).reverse()) {
    Object.assign(all[i], { units, middle: (all[i].field - 1) / 2 });
    if (i) units = (units - 1) * layers[i - 1][1] + layers[i - 1][2] * (layers[i - 1][0] - 1) + 1;
  }
  return all;
}

/** How many paths lead to the unit from each unit below it: for each level a Map from unit to count. */
function cone(layers, layer, unit) {
  const counts = [new Map([[unit, 1]])];
  for (const [k, s, d] of layers.slice(0, layer).reverse()) {
    const below = new Map();
    for (const [i, count] of counts[0]) {
      for (const j of range(k)) below.set(i * s + j * d, (below.get(i * s + j * d) ?? 0) + count);
    }
    counts.unshift(below);
  }
  return counts;
}

/** The width of the middle of the field from which half of the paths come, or more. */
function middleHalf(counts, first, field) {
  const all = range(field).map((i) => counts.get(first + i) ?? 0);
  const total = all.reduce((a, b) => a + b);
  const width = range(field + 1).find((w) => w && w % 2 === field % 2 &&
    2 * all.slice((field - w) / 2, (field + w) / 2).reduce((a, b) => a + b, 0) >= total);
  return { total, width, seen: all.filter(Boolean).length };
}

export default figure("Receptive fields in a stack of layers", (fig) => {
  const { read, write } = fig;
  const { most_layers: MOST_LAYERS, largest: LARGEST } = fig.fixed;
  fig.hint(HINT);
  let preview = null; // the unit under the mouse, as [layer, unit]
  let shape = null;
  let rows = [];
  let controls = [];

  const pinned = () => {
    const { layers, layer, unit } = read();
    const all = levels(layers);
    const at = Math.min(layer ?? layers.length, layers.length);
    return [at, Math.min(unit ?? (all[at].units - 1) / 2, all[at].units - 1)];
  };
  const go = ([layer, unit]) => { preview = null; write({ layer, unit }); };
  const restack = (layers) => { preview = null; write({ layers, layer: null, unit: null }); };
  const setting = (i, part, value) =>
    restack(read().layers.map((layer, l) => layer.map((x, p) => (l === i && p === part ? value : x))));

  const presets = Object.entries(PRESETS).map(([name, layers]) =>
    h("button", { type: "button", class: "dlf-button", onclick: () => restack(layers) }, name));
  const add = button("more", "Add layer", () => {
    if (read().layers.length < MOST_LAYERS) restack([...read().layers, [3, 1, 1]]);
  });
  const remove = button("fewer", "Remove layer", () => {
    if (read().layers.length > 1) restack(read().layers.slice(0, -1));
  });
  const reset = button("reset", "Reset", fig.reset, { class: "dlf-button dlf-short" });
  const stage = h("div", { class: "dlf-tower" });
  const table = h("table", { class: "dlf-layers" });
  const said = h("p", { class: "dlf-said", "aria-live": "polite" });

  const label = (i, head) => (i ? [h("span", {}, "layer "), i] : head ? ["input"] : ["in", h("span", {}, "put")]);

  function buildTable(layers) {
    const heads = ["layer", ...Object.keys(LARGEST), "field", "jump"];
    const line = (i) => {
      const parts = Object.entries(LARGEST).map(([name, most], part) => {
        if (!i) return h("td");
        const options = range(most).map((x) => h("option", { value: x + 1 }, x + 1));
        const select = h("select", {
          "aria-label": `${name} of layer ${i}`, onchange: () => setting(i - 1, part, Number(select.value)),
        }, ...options);
        return h("td", {}, select);
      });
      const [field, jump] = [h("td"), h("td")];
      const element = h("tr", {}, h("th", { scope: "row" }, ...label(i, true)), ...parts, field, jump);
      return { element, field, jump, selects: parts.map((cell) => cell.firstChild) };
    };
    controls = range(layers.length + 1).map(line);
    table.replaceChildren(
      h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...controls.map(({ element }) => element).reverse()));
  }

  function buildTower(all) {
    const inputs = all[0].units;
    rows = all.map(({ units, jump, middle }, layer) => {
      const cells = range(units).map((i) => h("div", {
        class: "dlf-cell", role: "gridcell", tabindex: -1, style: `--at: ${middle + i * jump}; --jump: ${jump}`,
        "aria-label": layer ? `layer ${layer}, unit ${i}` : `input ${i}`,
      }));
      const track = h("div", { class: "dlf-track" }, ...cells);
      const placeOf = (event) => {
        const box = track.getBoundingClientRect();
        const x = ((event.clientX - box.left) / box.width) * inputs - 0.5;
        return [layer, clamp(Math.round((x - middle) / jump), 0, units - 1)];
      };
      track.addEventListener("click", (event) => go(placeOf(event)));
      track.addEventListener("pointermove", (event) => {
        const place = placeOf(event);
        if (event.pointerType === "mouse" && !same(place, preview)) { preview = place; fig.draw(); }
      });
      const head = h("span", { role: "rowheader", class: "dlf-level" }, ...label(layer));
      return { cells, element: h("div", { role: "row" }, head, track) };
    });
    const grid = h("div", { role: "grid", "aria-label": "units of the layers, the input lowest" },
      ...rows.map(({ element }) => element).reverse());
    grid.addEventListener("pointerleave", () => { if (preview) { preview = null; fig.draw(); } });
    onKey(grid, (key) => led(key, all));
    const bars = h("div", { class: "dlf-bars", "aria-hidden": true },
      ...range(inputs).map((i) => h("i", { style: `--at: ${i}` })),
      h("span", { class: "dlf-paths" }, "paths"), h("span", { class: "dlf-ruler" }));
    const lines = h("div", { class: "dlf-lines", "aria-hidden": true });
    vary(stage, { n: inputs, rows: all.length });
    Object.assign(rows, { bars: [...bars.children].slice(0, inputs), ruler: bars.lastChild, lines });
    stage.replaceChildren(h("div", { class: "dlf-plan" }, lines, grid), bars);
  }

  /** Leads to the unit that an arrow key points to: along its layer, or to the nearest of the layer above or below. */
  function led(key, all) {
    const [layer, unit] = pinned();
    const top = all.length - 1;
    const to = placeAfter(key, [top - layer, unit], [all.length, Infinity]);
    if (!to) return false;
    const level = all[top - to[0]];
    const here = all[layer].middle + unit * all[layer].jump;
    const next = top - to[0] === layer || /Home|End/.test(key)
      ? to[1] : Math.round((here - level.middle) / level.jump);
    go([top - to[0], clamp(next, 0, level.units - 1)]);
    const [l, u] = pinned();
    rows[l].cells[u].focus();
    return true;
  }

  function draw({ layers }) {
    const all = levels(layers);
    const fits = all.at(-1).field <= WIDEST;
    const [layer, unit] = preview && preview[1] < all[preview[0]]?.units ? preview : pinned();
    if (!same(shape, layers)) {
      if (shape?.length !== layers.length) buildTable(layers);
      if (fits) buildTower(all);
      else stage.replaceChildren(h("p", { class: "dlf-nothing" },
        `A unit of the top layer sees ${all.at(-1).field} inputs, more than the ${WIDEST} that this picture can hold. ` +
        "The table below is right all the same."));
    }
    shape = structuredClone(layers);
    controls.forEach(({ element, field, jump, selects }, i) => {
      field.textContent = all[i].field;
      jump.textContent = all[i].jump;
      element.classList.toggle("dlf-now", fits && i === layer);
      if (i) selects.forEach((select, part) => { select.value = layers[i - 1][part]; });
    });
    presets.forEach((element) => { element.setAttribute("aria-pressed", same(PRESETS[element.textContent], layers)); });
    add.ariaDisabled = layers.length >= MOST_LAYERS;
    remove.ariaDisabled = layers.length < 2;
    said.hidden = !fits;
    if (!fits) return;

    const counts = cone(layers, layer, unit);
    const largestOf = counts.map((level) => Math.max(...level.values()));
    const tabStop = pinned();
    rows.forEach(({ cells }, l) => cells.forEach((cell, i) => {
      const count = counts[l]?.get(i) ?? 0;
      cell.textContent = count || "";
      const amount = count ? (0.25 + 0.75 * count / largestOf[l]).toFixed(3) : 0;
      vary(cell, { characters: String(count).length, amount });
      cell.classList.toggle("dlf-now", l === layer && i === unit);
      cell.classList.toggle("dlf-beyond", !count);
      cell.tabIndex = same([l, i], tabStop) ? 0 : -1;
    }));
    const { field, jump } = all[layer];
    const start = unit * jump;
    rows.bars.forEach((bar, i) => vary(bar, { share: (counts[0].get(i) ?? 0) / largestOf[0] }));
    rows.ruler.textContent = `field ${field}`;
    vary(rows.ruler, { at: start, field });
    rows.lines.innerHTML = picture(layers, all, counts);

    const { total, width, seen } = middleHalf(counts[0], start, field);
    const gaps = seen < field ? `, but reads only ${seen} of them` : "";
    const middle = width === 1 ? "input" : `${width} inputs`;
    const half = width < field ? ` At least half of them begin in the middle ${middle}.` : "";
    said.textContent = layer
      ? `Unit ${unit} of layer ${layer} sees ${field === 1 ? `input ${start}` : `inputs ${start} to ${start + field - 1}`}: ` +
        `a receptive field of ${field}${gaps}. ${total === 1 ? "1 path leads" : `${total} paths lead`} to it.${half}`
      : `Input ${unit}: the picture begins here. Choose a unit of a layer above it.`;
  }

  /** The cone, and a line from each of its units to each that it reads, in input widths and rows. */
  function picture(layers, all, counts) {
    const height = all.length;
    const x = (l, i) => all[l].middle + i * all[l].jump + 0.5;
    const y = (l) => height - l - 0.5;
    const edges = counts.map((level) => [Math.min(...level.keys()), Math.max(...level.keys())]);
    const side = (which, by) => edges.map((edge, l) => `${x(l, edge[which]) + by} ${y(l)}`);
    const lines = counts.slice(1).flatMap((level, l) => [...level.keys()].flatMap((i) => {
      const [k, s, d] = layers[l];
      return range(k).map((j) => `M${x(l + 1, i)} ${y(l + 1)}L${x(l, i * s + j * d)} ${y(l)}`);
    }));
    return `<svg viewBox="0 0 ${all[0].units} ${height}" preserveAspectRatio="none">` +
      `<path class="dlf-cone" d="M${[...side(0, -0.5), ...side(1, 0.5).reverse()].join("L")}Z"/>` +
      `<path d="${lines.join("")}"/></svg>`;
  }

  return {
    draw,
    reset: () => { preview = null; },
    body: [
      h("div", { class: "dlf-presets", role: "group", "aria-label": "stacks" }, ...presets), stage, said,
      h("div", { class: "dlf-transport" }, add, remove, h("span", { class: "dlf-where" }), reset), table,
    ],
  };
});
