// Attribution maps of a small network, which runs in the page: which pixels speak for a class, by eight methods.

const MAPS = ["convolution", "relu", "pooling"];
const percent = (x) => `${Math.round(100 * x)} %`;
const WORDS = {
  gradient: "How the logit changes with each pixel.",
  "gradient x input": "The gradient times the pixel.",
  SmoothGrad: "The mean gradient of {samples} copies of the image with noise.",
  "integrated gradients": "The mean gradient on the way from black to the image ({steps} steps), times the image.",
  deconvnet: "Backward with only the positive gradients at each ReLU.",
  "guided backprop": "Backward with only positive gradients, and only where the ReLU was active.",
  "Grad-CAM": "The maps of the layer, weighted by their mean gradients; only what is positive.",
  occlusion: "How far the logit falls when a black window of {window} × {window} pixels covers the pixel.",
};

/** What the masks say of each pixel, 1 inside; null without masks. */
const masksOf = latest((text, [height, width]) => {
  if (!text) return null;
  const [bytes, size] = [bytesOf(text), height * width];
  const bit = (i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1;
  return (image) => Uint8Array.from({ length: size }, (_, at) => bit(image * size + at));
});

export default figure("Which pixels speak for a class", (fig) => {
  const world = worldOf();
  const { fixed, write } = fig;
  let running = null; // { key, stop }

  const pictures = gallery((image) => write({ image }));
  const methods = menu("Method", (method) => write({ method }));
  const layers = menu("Layer", (layer) => write({ layer }));
  const targets = menu("Class", (name) => write({ target: fig.read().classes.indexOf(name) }));
  const sign = tick("with sign", (on) => write({ signed: on }));
  const [plain, alone, over] = [panel("image", "image"), panel("map", "map"), panel("over", "over the image")];
  const scale = legend();
  const logits = h("p", { class: "dlf-logits" });
  const found = h("p", { class: "dlf-said" });

  const stop = () => { running?.stop(); running = null; };
  fig.signal.addEventListener("abort", stop);

  /** The volume that the method gives, or null while it is being computed. */
  function explained(now, key, task) {
    now.results ??= {};
    if (running && running.key !== key) stop();
    if (now.results[key] || running) return now.results[key] ?? null;
    let over = false;
    const cancel = inPieces(METHODS[task.method](task), 2 * workOf(task.network, task.image.shape), {
      progress: (share) => { alone.caption(`computing: ${percent(share)}`); },
      done: (result) => {
        over = true;
        now.results[key] = result;
        if (!running) return; // at once
        running = null;
        fig.draw();
      },
    });
    if (!over) running = { key, stop: cancel };
    return now.results[key] ?? null;
  }
  alone.caption = (text) => { alone.querySelector(".dlf-caption").textContent = text; };

  function draw() {
    const state = fig.read();
    const now = world(state.layers, state.weights, state.pixels, state.size, state.titles);
    const { network, images, run } = now;
    const image = clamp(state.image, 0, images.length - 1);
    const target = clamp(state.target, 0, state.classes.length - 1);
    const offered = network.filter(({ kind }) => MAPS.includes(kind)).map(({ name }) => name);
    const layer = offered.includes(state.layer) ? state.layer : offered.at(-1);
    const at = network.findIndex(({ name }) => name === layer) + 1;
    const { method } = state;
    const key = `${method} ${image} ${target} ${method === "Grad-CAM" ? layer : ""}`;
    const volumes = run(image);
    const outputs = [...volumes.at(-1).data];

    pictures.show(images, state.titles, image);
    methods.show(Object.keys(METHODS), method);
    layers.show(offered, layer);
    layers.hidden = method !== "Grad-CAM";
    targets.show(state.classes, state.classes[target]);
    sign.show(state.signed);
    const list = state.classes.map((name, i) => `${name} ${fmt(outputs[i])}`).join(", ");
    logits.textContent = `Logits: ${list}. Explained: ${state.classes[target]}.`;
    plain.show({ image: images[image], text: state.titles[image], label: `Image “${state.titles[image]}”` });

    const result = explained(now, key, { method, network, image: images[image], volumes, target, at, fixed });
    fig.root.classList.toggle("dlf-busy", !result);
    if (!result) {
      found.textContent = "Computing.";
      return;
    }
    const map = summed(result, state.signed);
    const [low, high] = extent(map.data);
    const top = strongest(map);
    const mask = masksOf(state.masks, state.size)?.(image);
    const inside = mask && insideOf(map, mask);
    const what = WORDS[method].replace(/\{(\w+)\}/g, (_, name) => fixed[name]);
    const channels = result.shape[0] > 1 ? (state.signed ? "summed over red, green and blue" : "absolute values summed " +
      "over red, green and blue") : (state.signed || low >= 0 ? "" : "absolute values");
    const none = low === 0 && high === 0;
    const range_ = none ? "zero everywhere: no positive evidence" : `${fmtSmall(low)} to ${fmtSmall(high)}`;
    const cover = mask && mask.reduce((a, b) => a + b, 0) / mask.length;
    const share = mask ? (inside === null ? "Nothing is positive." : `${percent(inside)} of ${state.signed ? "what is " +
      "positive" : "it"} lies inside the ${fixed.object}, which covers ${percent(cover)} of the image.`) : "";
    const label = `${method} for ${state.classes[target]}: ${range_}`;
    alone.show({ map, scale: top, heading: method, text: range_, label });
    over.show({ image: images[image], map, scale: top, label: `${label}, over the image` });
    scale.show(top, low < 0, "and more: 99 % of the pixels are below; this map by itself");
    found.textContent = [what, channels && `Shown: ${channels}.`, share].filter(Boolean).join(" ");
    fig.say(`${state.titles[image]}, ${label}. ${share} ${logits.textContent}`);
  }

  fig.hint("Choose an image, a method and the class to explain. Blue speaks for the class; with sign, orange against it.");
  return {
    draw,
    body: [
      pictures,
      h("div", { class: "dlf-choices" }, methods, layers, targets, sign),
      h("div", { class: "dlf-three" }, plain, alone, over),
      h("div", { class: "dlf-below" }, scale, button("reset", "Reset", fig.reset)),
      logits, found,
    ],
  };
});
