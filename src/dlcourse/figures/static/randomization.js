// A network's layers are replaced by random ones, from the output down: which attribution maps change, and which do not.

const SHOWN = ["gradient", "gradient x input", "guided backprop", "deconvnet", "Grad-CAM"];
const WEIGHTED = ["convolution", "dense"];
const correlation = (x) => (x === null ? "none" : x.toFixed(2).replace(/^-(?!0.00)/, "−").replace(/^-/, ""));

/** The network with its last `depth` layers of weights from `random`. */
function mixed(trained, random, depth) {
  const weighted = range(trained.length).filter((i) => WEIGHTED.includes(trained[i].kind));
  const replaced = new Set(weighted.slice(weighted.length - depth));
  return trained.map((layer, i) => (replaced.has(i) ? random[i] : layer));
}

/** The maps of all methods as volumes, one after the other, and the logits. */
function* allMaps(network, image, target) {
  const volumes = forward(network, image);
  yield 0;
  const at = network.findLastIndex(({ kind }) => ["convolution", "relu", "pooling"].includes(kind)) + 1;
  const maps = {};
  for (const method of SHOWN) {
    maps[method] = yield* METHODS[method]({ network, image, volumes, target, at });
    yield 0;
  }
  return { maps, logits: [...volumes.at(-1).data] };
}

export default figure("Attribution maps of a network whose layers become random", (fig) => {
  const world = worldOf();
  const chance = latest((layers, random) => ({ network: networkOf(layers, random), results: {} }));
  const { write } = fig;
  let running = null;
  const total = () => fig.read().layers.filter(({ kind }) => WEIGHTED.includes(kind)).length;
  const depth = () => clamp(fig.read().depth, 0, total());

  const pictures = gallery((image) => write({ image }));
  const targets = menu("Class", (name) => write({ target: fig.read().classes.indexOf(name) }));
  const sign = tick("with sign", (on) => write({ signed: on }));
  const knob = slider("layers that are random, from the output down", "random layers", [0, total(), 1],
    (x) => bar.move(x));
  const chips = h("ol", { class: "dlf-chips", "aria-label": "layers with weights, from the image to the output" });
  const bar = fig.transport({
    count: () => total() + 1, get: depth, go: (x) => write({ depth: x }), delay: 1200, what: "random layers",
    where: () => `${depth()} of ${total()}`,
  });
  const card = (name, first, second) => {
    const pair = [picture(first), picture(second)];
    const caption = h("p", { class: "dlf-caption" });
    const element = h("div", { class: "dlf-card" }, h("p", { class: "dlf-title" }, h("strong", {}, name)),
      h("div", { class: "dlf-pair" }, ...pair), caption);
    return Object.assign(element, { pair, caption });
  };
  const cards = Object.fromEntries(SHOWN.map((method) => [method, card(method, "trained", "now")]));
  const control = card("edge map", "image", "edges");
  const logits = h("p", { class: "dlf-logits" });

  const stop = () => { running?.stop(); running = null; };
  fig.signal.addEventListener("abort", stop);

  /** All maps of the trained network and of the one with random layers; null while they are being computed. */
  function computed(results, key, network, image, target, cost) {
    if (results[key]) return results[key];
    if (running?.key === key) return null;
    stop();
    let ended = false;
    const cancel = inPieces(allMaps(network, image, target), cost, {
      progress: () => {},
      done: (found) => {
        ended = true;
        results[key] = found;
        if (!running) return; // at once
        running = null;
        fig.draw();
      },
    });
    if (!ended) running = { key, stop: cancel };
    return results[key] ?? null;
  }

  function draw() {
    const state = fig.read();
    const { network, images } = world(state.layers, state.weights, state.pixels, state.size, state.titles);
    const { network: random, results } = chance(state.layers, state.random, state.weights, state.pixels, state.size);
    const image = clamp(state.image, 0, images.length - 1);
    const target = clamp(state.target, 0, state.classes.length - 1);
    const [now, most] = [depth(), total()];
    pictures.show(images, state.titles, image);
    targets.show(state.classes, state.classes[target]);
    sign.show(state.signed);
    knob.show(now);
    bar.show();
    const weighted = state.layers.filter(({ kind }) => WEIGHTED.includes(kind));
    chips.replaceChildren(...weighted.map(({ name, origin }, i) => {
      const gone = i >= most - now;
      return h("li", { class: gone ? "dlf-random" : "" }, origin ?? name,
        h("span", { class: "dlf-hidden" }, gone ? " (random)" : " (trained)"));
    }));

    const cost = workOf(network, images[image].shape);
    const run = (d) => computed(results, `${image} ${target} ${d}`,
      d ? mixed(network, random, d) : network, images[image], target, cost);
    const trained = run(0);
    const found = trained && run(now);
    fig.root.classList.toggle("dlf-busy", !found);
    if (!found) return;
    const edges = edgesOf(images[image]);
    const show = (canvas, map, label) => canvas.show({ map, scale: strongest(map), label });
    const said = SHOWN.map((method) => {
      const [before, after] = [trained, found].map(({ maps }) => summed(maps[method], state.signed));
      const { pair, caption } = cards[method];
      const [alike, drawn] = [spearman(before, after), spearman(after, edges)];
      show(pair[0], before, `${method}, trained network`);
      show(pair[1], after, `${method}, ${now} of ${most} layers random: similarity ${correlation(alike)}`);
      const blank = [before, after].findIndex((map) => !strongest(map));
      if (blank >= 0) {
        caption.textContent = `${blank ? "the map now" : "the trained map"} is zero everywhere`;
        return `${method} none`;
      }
      caption.replaceChildren(h("b", {}, correlation(alike)), " to trained, ", h("b", {}, correlation(drawn)),
        " to edges");
      return `${method} ${correlation(alike)}`;
    });
    control.pair[0].show({ image: images[image], label: `Image “${state.titles[image]}”` });
    show(control.pair[1], edges, "Edge map, which knows no network");
    control.caption.textContent = "knows no network: never changes";
    const list = (values) => state.classes.map((name, i) => `${name} ${fmt(values[i])}`).join(", ");
    const which = now ? `with ${now} of ${most} layers random` : "with no layer random";
    logits.textContent = `Logits of the trained network: ${list(trained.logits)}; ${which}: ${list(found.logits)}.`;
    fig.say(`${state.titles[image]}, ${which}. Similarity to the trained network's map: ${said.join(", ")}.`);
  }

  fig.hint("Each pair: the trained network's map, and the map now. Numbers: Spearman's rank correlation. Full colour: " +
    "99 % of the pixels are below, each map by itself. Without sign: absolute values, summed over the colours.");
  return {
    draw,
    body: [
      pictures,
      h("div", { class: "dlf-choices" }, targets, sign),
      bar, knob, chips,
      h("div", { class: "dlf-cards" }, ...Object.values(cards), control),
      logits,
    ],
  };
});
