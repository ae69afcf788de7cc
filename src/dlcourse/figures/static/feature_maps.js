// All maps of a layer of a small network, which runs in the page; one of them large, and over the image.

const COLUMNS = 8;
const KINDS = { convolution: "convolution", relu: "ReLU", pooling: "max-pooling" };
const percent = (x) => `${Math.round(100 * x)} %`;

/** "conv1, normalised (convolution), 16 maps of 64 × 64" */
const nameOf = (layer) => `${layer.label ?? layer.name} (${KINDS[layer.kind]})`;

export default figure("The feature maps of a network", (fig) => {
  const world = worldOf();
  const { write } = fig;
  /** What is to be seen, with everything brought inside its limits. */
  const look = () => {
    const state = fig.read();
    const { network, images, run } = world(state.layers, state.weights, state.pixels, state.size, state.titles);
    const image = clamp(state.image, 0, images.length - 1);
    const offered = network.filter(({ kind }) => KINDS[kind]);
    const layer = offered.find(({ name }) => name === state.layer) ?? offered[0];
    const at = network.indexOf(layer) + 1;
    const maps = run(image)[at];
    return { state, images, run, image, offered, layer, at, maps, count: maps.shape[0],
      map: clamp(state.map, 0, maps.shape[0] - 1) };
  };
  const place = (i) => [Math.floor(i / COLUMNS), i % COLUMNS];
  const go = ([r, c]) => write({ map: Math.min(r * COLUMNS + c, look().count - 1) });

  const pictures = gallery((image) => write({ image }));
  const layers = menu("Layer", (text) => write({ layer: look().offered.find((l) => nameOf(l) === text).name, map: 0 }));
  const together = tick("one scale for the whole layer", (on) => write({ together: on }));
  const steps = counter("previous map", "next map", (by) => write({ map: look().map + by }));
  const [large, over] = [panel("map", "map"), panel("over", "over the image")];
  const scale = legend();
  const numbers = h("p", { class: "dlf-said" });
  const [heading, summary] = [h("strong"), h("span")];
  const holder = h("div", { class: "dlf-maps" });
  let [board, cells] = [null, []];

  const build = latest((name, count) => {
    const columns = Math.min(COLUMNS, count);
    const rows = Math.ceil(count / columns);
    board = grid(`maps of ${name}`, rows, columns, {
      choose: ([r, c]) => { if (r * COLUMNS + c < count) go([r, c]); },
      leave: () => {}, at: () => place(look().map),
      go: (to) => go(to),
    });
    cells = board.all.flat().map((cell, i) => {
      const canvas = picture("small");
      canvas.setAttribute("aria-hidden", true);
      if (i < count) cell.append(canvas);
      else cell.classList.add("dlf-none");
      return { cell, canvas };
    });
    vary(board.frame, { fw: 1, fh: 1 });
    holder.replaceChildren(board);
  });

  function draw() {
    const { state, images, run, image, offered, layer, at, maps, count, map } = look();
    build(layer.name, count);
    pictures.show(images, state.titles, image);
    layers.show(offered.map(nameOf), nameOf(layer));
    together.show(state.together);
    steps.show(`map ${map + 1} of ${count}`, map === 0, map === count - 1);

    const all = range(count).map((channel) => {
      const one = mapOf(maps, channel);
      const [low, high] = extent(one.data);
      return { ...one, low, high, largest: Math.max(-low, high), dead: low === high };
    });
    const whole = Math.max(...all.map((one) => one.largest));
    const signed = all.some((one) => one.low < 0);
    const scaleOf = (one) => (state.together ? whole : one.largest);
    cells.slice(0, count).forEach(({ cell, canvas }, i) => {
      const one = all[i];
      canvas.show({ map: one, scale: scaleOf(one) });
      cell.classList.toggle("dlf-dead", one.dead);
      cell.setAttribute("aria-label", `map ${i + 1}${one.dead ? ", dead" : `, ${fmt(one.low)} to ${fmt(one.high)}`}`);
      cell.setAttribute("aria-selected", i === map);
    });
    cells.forEach(({ cell }, i) => { cell.tabIndex = i === map ? 0 : -1; });
    const [row, column] = place(map);
    vary(board.frame, { row, column });

    const now = all[map];
    const [high, wide] = [now.height, now.width];
    const everywhere = now.dead && images.every((_, i) => {
      const [low, most] = extent(mapOf(run(i)[at], map).data);
      return low === most;
    });
    const dead = everywhere ? `dead: ${fmt(now.low)} in every cell for all ${images.length} images`
      : `dead for this image: ${fmt(now.low)} in every cell`;
    const positive = now.data.reduce((n, x) => n + (x > 0), 0) / now.data.length;
    const found = now.dead ? dead : `${fmt(now.low)} to ${fmt(now.high)}, above zero in ${percent(positive)} of cells`;
    large.show({ map: now, scale: scaleOf(now), heading: `map ${map + 1}`, text: `${high} × ${wide} cells`,
      label: `Map ${map + 1} of ${layer.name}: ${found}` });
    over.show({ image: images[image], map: now, scale: scaleOf(now), text: state.titles[image],
      label: `Map ${map + 1} of ${layer.name} over the image “${state.titles[image]}”` });
    for (const { canvas } of [large, over]) canvas.classList.toggle("dlf-dead", now.dead);
    const share = state.together ? "largest of the layer" : "largest of this map";
    scale.show(scaleOf(now), signed, share);
    const gone = all.filter((one) => one.dead).length;
    heading.textContent = `${count} maps of ${layer.name}`;
    summary.textContent = gone ? `, ${gone} dead for this image` : "";
    const how = state.together ? "All maps of the layer share one scale." : "Each map has a scale of its own.";
    numbers.textContent = `Map ${map + 1}: ${found}. ${how}`;
    fig.say(`${state.titles[image]}, ${nameOf(layer)}, map ${map + 1} of ${count}: ${found}. ${how}`);
  }

  fig.hint("Choose an image and a layer, then a map: with the pointer, or with the arrow keys. Hatched maps are dead: " +
    "they have the same number everywhere.");
  return {
    draw,
    body: [
      pictures,
      h("div", { class: "dlf-choices" }, layers, together),
      h("div", { class: "dlf-boards" },
        h("div", { class: "dlf-large" }, large, over),
        h("div", { class: "dlf-all" }, h("p", { class: "dlf-title" }, heading, summary), holder)),
      h("div", { class: "dlf-below" }, steps, scale, button("reset", "Reset", fig.reset)),
      numbers,
    ],
  };
});
