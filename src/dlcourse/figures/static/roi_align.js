// A region of a feature map becomes a few numbers: RoIPool rounds it to cells, RoIAlign reads between the cells.

const HINT = "Drag the region or its corner on either map, or move them with the arrow keys: by one pixel of the image. " +
  "Point at a number of a result, or walk through it with the arrow keys, to see its bin; point at a dot or choose a " +
  "number below the right map to see the weights of the cells that it is read from.";

/**
 * RoIPool as in torchvision: the region's corners are rounded to cells, of which the last belongs to it. For each bin its
 * cells, its value, and where that stands; 0 for a bin without cells.
 */
function roiPool(features, region, output, stride) {
  const [rows, columns] = [features.length, features[0].length];
  const [x0, y0, x1, y1] = region.map((side) => Math.round(side / stride));
  const cells = (i, start, end, limit) => {
    const length = Math.max(end - start + 1, 1);
    const ends = [Math.floor((i * length) / output), Math.ceil(((i + 1) * length) / output)];
    return ends.map((cell) => clamp(cell + start, 0, limit));
  };
  return matrix(output, output, (i, j) => {
    const [top, bottom] = cells(i, y0, y1, rows);
    const [left, right] = cells(j, x0, x1, columns);
    const inside = matrix(Math.max(0, bottom - top), Math.max(0, right - left), (r, c) => [top + r, left + c]).flat();
    const at = inside.reduce((a, b) => (a && features[a[0]][a[1]] >= features[b[0]][b[1]] ? a : b), null);
    return { box: [left, top, right, bottom], count: inside.length, at, value: at ? features[at[0]][at[1]] : 0 };
  });
}

/** What a map has at a place between its cells, whose middles are whole numbers: the cells that count, with weights. */
function bilinear(features, y, x) {
  const [rows, columns] = [features.length, features[0].length];
  if (y < -1 || y > rows || x < -1 || x > columns) return { value: 0, parts: [] };
  const along = (position, last) => {
    const place = clamp(position, 0, last);
    const low = Math.min(Math.floor(place), last);
    return place > low ? [[low, 1 - (place - low)], [low + 1, place - low]] : [[low, 1]];
  };
  const parts = along(y, rows - 1).flatMap(([row, a]) =>
    along(x, columns - 1).map(([column, b]) => ({ row, column, weight: a * b })));
  return { parts, value: parts.reduce((sum, { row, column, weight }) => sum + weight * features[row][column], 0) };
}

/** RoIAlign as in torchvision: for each bin its edges, its points and their mean, where the middles of cells are whole. */
function roiAlign(features, region, output, stride, ratio, aligned) {
  const [x0, y0, x1, y1] = region.map((side) => side / stride - (aligned ? 0.5 : 0));
  const [width, height] = [x1 - x0, y1 - y0].map((side) => (aligned ? side : Math.max(side, 1)));
  const count = (side) => ratio || Math.max(1, Math.ceil(side / output));
  const spots = (start, side, i) => range(count(side)).map((k) => start + ((i + (k + 0.5) / count(side)) * side) / output);
  const bins = matrix(output, output, (i, j) => {
    const points = spots(y0, height, i).flatMap((y) =>
      spots(x0, width, j).map((x) => ({ x, y, ...bilinear(features, y, x) })));
    return { points, value: points.reduce((sum, { value }) => sum + value, 0) / points.length };
  });
  return { bins, box: [x0, y0, x0 + width, y0 + height] };
}

export default figure("RoIPool and RoIAlign of one region", (fig) => {
  const { fixed, read, write } = fig;
  const first = read();
  let [picked, pointed] = [[0, 0], null]; // the bin that is explained, and the one under the pointer
  let [pin, hovered] = [null, null]; // the same for a point of that bin
  let worked = null;
  fig.hint(HINT);

  const outputs = menu("Result", (text) => { forget(); write({ output: Number(text[0]) }); });
  const RATIOS = Object.fromEntries(fixed.ratios.map((n) => [n ? `${n} × ${n} in each bin` : "as many as cells", n]));
  const ratios = menu("Points", (text) => { [pin, hovered] = [null, null]; write({ sampling_ratio: RATIOS[text] }); });
  const aligned = tick("aligned", (on) => write({ aligned: on }));
  const forget = () => { [picked, pointed, pin, hovered] = [[0, 0], null, null, null]; };
  const pixels = ({ features, stride }) => [features[0].length * stride, features.length * stride];

  function side(name, title) {
    const region = movable("region", `region in ${title}`, {
      get: () => read().region, set: (box) => write({ region: box }), home: first.region, size: () => pixels(read()),
    });
    const picture = board(...region.elements);
    const [result, words, more] = [h("div"), h("p", { class: "dlf-words" }), h("div", { class: "dlf-points" })];
    const element = h("div", { class: `dlf-side dlf-side-${name}` },
      h("p", { class: "dlf-title" }, h("strong", {}, title)), picture, h("div", { class: "dlf-result" }, result, words), more);
    let table = null;
    const numbers = (values, scale, [r, c]) => {
      const n = values.length;
      if (table?.all.length !== n) {
        const point = (place) => {
          if (same(place, pointed)) return;
          pointed = place;
          hovered = null;
          fig.draw();
        };
        const go = (place) => { [picked, pointed, pin, hovered] = [place, null, null, null]; fig.draw(); };
        table = grid(`result of ${title}`, n, n, {
          choose: go, point, leave: () => point(null), at: () => picked, go,
        });
        table.frame.remove();
        result.replaceChildren(table);
      }
      table.all.forEach((line, i) => line.forEach((cell, j) => {
        paint(cell, values[i][j], scale);
        cell.tabIndex = i === picked[0] && j === picked[1] ? 0 : -1;
        cell.setAttribute("aria-label", `row ${i + 1}, column ${j + 1}: ${fmt(values[i][j])}`);
        cell.classList.toggle("dlf-now", i === r && j === c);
      }));
    };
    return { element, picture, region, numbers, words, more };
  }
  const [pool, align] = [side("pool", "RoIPool"), side("align", "RoIAlign")];
  const moved = h("p", { class: "dlf-said" });

  // Points: under the pointer in the map, or by the buttons below it.
  const near = (event) => {
    const { stride } = read();
    const [x, y] = align.picture.at(event).map((at) => at / stride - 0.5);
    const all = worked.bins.flatMap((line, i) => line.flatMap((bin, j) => bin.points.map((point, k) => ({
      distance: Math.hypot(point.x - x, point.y - y), bin: [i, j], k,
    }))));
    const best = all.reduce((a, b) => (b.distance < a.distance ? b : a));
    return best.distance < 0.35 ? best : null;
  };
  align.picture.addEventListener("pointermove", (event) => {
    const found = event.buttons ? null : near(event);
    const [bin, k] = [found?.bin ?? null, found?.k ?? null];
    if (same(bin, pointed) && k === hovered) return;
    [pointed, hovered] = [bin, k];
    fig.draw();
  });
  align.picture.addEventListener("pointerleave", () => { [pointed, hovered] = [null, null]; fig.draw(); });
  let buttons = [];
  function pointButtons(values, now) {
    if (buttons.length !== values.length) {
      const look = (k) => { if (hovered !== k) { hovered = k; fig.draw(); } };
      buttons = values.map((_, k) => h("button", {
        type: "button", class: "dlf-button", onclick: () => { pin = pin === k ? null : k; fig.draw(); },
        onpointerenter: () => look(k), onpointerleave: () => look(null), onfocus: () => look(k), onblur: () => look(null),
      }));
      align.more.replaceChildren(h("span", {}, "points:"), ...buttons);
    }
    buttons.forEach((element, k) => {
      element.textContent = fmt(values[k]);
      element.setAttribute("aria-label", `point ${k + 1}: ${fmt(values[k])}`);
      element.setAttribute("aria-pressed", k === pin);
      element.classList.toggle("dlf-now", k === now);
    });
  }

  /** The cells of the map, as SVG in pixels of the image. */
  function tiles(features, stride) {
    const scale = largest(features.flat());
    const longest = Math.max(2, ...features.flat().map((x) => fmt(x).length));
    const font = (stride * Math.min(0.42, 1.3 / longest)).toFixed(3);
    return matrix(features.length, features[0].length, (r, c) => {
      const [x, value] = [features[r][c], fmt(features[r][c])];
      const amount = scale ? Math.abs(x) / scale : 0;
      return `<g class="dlf-tile${x < 0 ? " dlf-below" : ""}" style="--amount: ${amount.toFixed(3)}">` +
        `${rect([c, r, c + 1, r + 1].map((at) => at * stride), "dlf-square")}<text x="${(c + 0.5) * stride}" ` +
        `y="${(r + 0.5) * stride + 0.36 * font}" font-size="${font}">${value}</text></g>`;
    }).flat().join("");
  }

  const shrink = ([x0, y0, x1, y1], by) => [x0 + by, y0 + by, x1 - by, y1 - by];
  const cellsIn = ([left, top, right, bottom]) => {
    const run = (from, to, one) => (to - from === 1 ? `${one} ${from + 1}` : `${one}s ${from + 1} to ${to}`);
    return `${run(top, bottom, "row")}, ${run(left, right, "column")}`;
  };

  function draw({ features, region, stride, output, sampling_ratio: ratio, aligned: exact }) {
    const size = pixels({ features, stride });
    const inPixels = (box) => box.map((at) => at * stride);
    const pooled = roiPool(features, region, output, stride);
    worked = roiAlign(features, region, output, stride, ratio, exact);
    const [r, c] = (pointed ?? picked).map((at) => Math.min(at, output - 1));
    const [one, two] = [pooled[r][c], worked.bins[r][c]];
    const chosen = [hovered, pin].find((k) => k !== null && k < two.points.length) ?? null;
    const background = tiles(features, stride);
    const trueBox = rect(region, "dlf-halo") + rect(region, "dlf-region");

    // RoIPool: the rounded region, its bins, and the largest number of each.
    const bins = pooled.flat();
    const rounded = [Math.min(...bins.map(({ box }) => box[0])), Math.min(...bins.map(({ box }) => box[1])),
      Math.max(...bins.map(({ box }) => box[2])), Math.max(...bins.map(({ box }) => box[3]))];
    const outlines = pooled.flatMap((line, i) => line.map(({ box, at }, j) => {
      const now = i === r && j === c;
      const inset = (0.06 + 0.05 * ((i + j) % 2)) * stride; // bins may share cells
      const largest = at ? `<circle class="dlf-largest" cx="${(at[1] + 0.5) * stride}" cy="${(at[0] + 0.5) * stride}" ` +
        `r="${0.38 * stride}"/>` : "";
      return rect(shrink(inPixels(box), inset), `dlf-bin${now ? " dlf-now" : ""}`) + (now ? largest : "");
    }));
    pool.picture.show({
      image: "", size, label: `feature map, rounded region: ${cellsIn(rounded)}`,
      marks: background + outlines.join("") + rect(inPixels(rounded), "dlf-rounded") + trueBox,
    });

    // RoIAlign: the region as it is read, its bins, and the points.
    const shown = (at) => (at + 0.5) * stride;
    const readBox = worked.box.map(shown);
    const edges = range(output + 1).map((i) => i / output);
    const lines = edges.map((share) => {
      const [x, y] = [readBox[0] + share * (readBox[2] - readBox[0]), readBox[1] + share * (readBox[3] - readBox[1])];
      return `<path class="dlf-edge" d="M${x} ${readBox[1]}V${readBox[3]}M${readBox[0]} ${y}H${readBox[2]}"/>`;
    });
    const binBox = [readBox[0] + edges[c] * (readBox[2] - readBox[0]), readBox[1] + edges[r] * (readBox[3] - readBox[1]),
      readBox[0] + edges[c + 1] * (readBox[2] - readBox[0]), readBox[1] + edges[r + 1] * (readBox[3] - readBox[1])];
    const dot = Math.min(0.13 * stride, 0.018 * size[0]);
    const dots = worked.bins.flatMap((line, i) => line.flatMap((bin, j) => bin.points.map((point, k) => {
      const mine = i === r && j === c;
      const name = `dlf-point${mine ? " dlf-now" : ""}${mine && k === chosen ? " dlf-chosen" : ""}`;
      return `<circle class="${name}" cx="${shown(point.x)}" cy="${shown(point.y)}" r="${(mine ? 1 : 0.7) * dot}"/>`;
    })));
    const parts = chosen === null ? [] : two.points[chosen].parts;
    const links = parts.map(({ row, column, weight }) => `<path class="dlf-link" d="M${shown(two.points[chosen].x)} ` +
      `${shown(two.points[chosen].y)}L${shown(column)} ${shown(row)}"/><circle class="dlf-share" cx="${shown(column)}" ` +
      `cy="${shown(row)}" r="${(0.16 + 0.3 * weight) * stride}"/>`);
    align.picture.show({
      image: "", size, label: `feature map with ${worked.bins.flat().flatMap(({ points }) => points).length} points`,
      marks: background + rect(binBox, "dlf-bin dlf-now") + trueBox + lines.join("") + links.join("") + dots.join(""),
    });

    for (const { region: handle } of [pool, align]) handle.show(region);
    const [left, right] = [pooled, worked.bins].map((lines) => lines.map((line) => line.map(({ value }) => value)));
    const scale = largest(features.flat());
    pool.numbers(left, scale, [r, c]);
    align.numbers(right, scale, [r, c]);
    pool.words.textContent = one.count ? `${cellsIn(one.box)}: the largest of ${one.count} ` +
      `${one.count === 1 ? "number" : "numbers"} is ${fmt(one.value)}.` : "No cell of the map lies in this bin: 0.";
    const values = two.points.map(({ value }) => value);
    const [few, sum] = [values.length < 10, values.map(inBrackets).join(" + ")];
    const mean = values.length === 1 ? `The point is read as ${fmt(two.value)}.` : `Mean of ${values.length} points` +
      `${few ? `: (${sum}) / ${values.length} ${equals(...values, two.value)} ${fmt(two.value)}` : `: ${fmt(two.value)}`}.`;
    const weighted = chosen === null ? "" : !parts.length ? `Point ${chosen + 1} lies outside the map: 0.`
      : `Point ${chosen + 1}: ${parts.map(({ row, column, weight }) =>
        `${fmt(weight)} · ${inBrackets(features[row][column])}`).join(" + ")} ` +
        `${equals(...parts.map(({ weight }) => weight), values[chosen])} ${fmt(values[chosen])}.`;
    align.words.replaceChildren(h("span", {}, mean), " ", h("span", {}, weighted));
    pointButtons(values, chosen);

    // How far the rounded region is from the true one.
    const cells = region.map((at) => at / stride);
    const shifts = rounded.map((at, i) => Math.abs(at - cells[i]));
    const far = Math.max(...shifts);
    const overlap = thousandths(iou(cells, rounded));
    moved.textContent = `Region in cells: ${inWords(cells)}. RoIPool takes ${inWords(rounded)}: an edge is up to ` +
      `${fmt(far)} cells (${fmt(far * stride)} pixels) away, IoU ${overlap}. RoIAlign reads ` +
      (exact ? "the region where it is." : "it half a cell too far right and down: cells count from their corners.");
    outputs.show(fixed.outputs.map((n) => `${n} × ${n}`), `${output} × ${output}`);
    ratios.show(Object.keys(RATIOS), Object.keys(RATIOS).find((text) => RATIOS[text] === ratio));
    aligned.show(exact);
    fig.say(`RoIPool ${left.flat().map(fmt).join(", ")}. RoIAlign ${right.flat().map(fmt).join(", ")}. Row ${r + 1}, ` +
      `column ${c + 1}: ${pool.words.textContent} ${mean} ${moved.textContent}`);
  }

  return {
    draw,
    reset: forget,
    body: [
      h("div", { class: "dlf-choices" }, outputs, ratios, aligned, button("reset", "Reset", fig.reset)),
      h("div", { class: "dlf-both" }, pool.element, align.element),
      moved,
    ],
  };
});
