// Pictures of maps, and what figures that show them have in common: the images to choose from, the scale, the network.

const COLOURS = [[47, 129, 230], [232, 116, 36]]; // above zero, below zero; stronger the farther from it

/** A function that computes again only when its arguments have changed. */
function latest(compute) {
  let [before, result] = [null, null];
  return (...now) => {
    if (!before || !now.every((x, i) => x === before[i] || same(x, before[i]))) result = compute(...now);
    before = now;
    return result;
  };
}

/** The network of a figure's state with its images, and `run(i)`, what image `i` makes of it, computed once. */
const worldOf = () => latest((layers, weights, pixels, size, titles) => {
  const network = networkOf(layers, weights);
  const images = titles.map((_, i) => imageOf(pixels, [titles.length, ...size], i));
  const runs = [];
  return { network, images, run: (i) => (runs[i] ??= forward(network, images[i])) };
});

/** One channel of a volume, as a map. */
function mapOf({ data, shape: [, height, width] }, channel) {
  const size = height * width;
  return { data: data.subarray(channel * size, (channel + 1) * size), height, width };
}

/** The smallest and the largest number, without the limits that a call with many arguments has. */
function extent(numbers) {
  let [low, high] = [Infinity, -Infinity];
  for (const x of numbers) { low = Math.min(low, x); high = Math.max(high, x); }
  return [low, high];
}

/** A square for pixels. `.show({ image, map, scale, label })`: a map, an image, or a map over a grey image. */
function picture(name) {
  const canvas = h("canvas", { class: `dlf-pixelmap dlf-pixelmap-${name}`, role: "img" });
  canvas.show = ({ image, map, scale, label }) => {
    const [height, width] = image ? image.shape.slice(1) : [map.height, map.width];
    if (canvas.height !== height || canvas.width !== width) Object.assign(canvas, { height, width });
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(width, height);
    const size = height * width;
    for (let at = 0; at < size; at++) {
      const parts = image ? range(3).map((c) => image.data[c * size + at] * 255) : [0, 0, 0];
      let rgb = [...parts, image ? 255 : 0];
      if (map) {
        const r = Math.floor((Math.floor(at / width) * map.height) / height);
        const x = map.data[r * map.width + Math.floor(((at % width) * map.width) / width)];
        const amount = scale > 0 ? Math.min(1, Math.abs(x) / scale) : 0;
        const colour = COLOURS[x < 0 ? 1 : 0];
        const grey = 40 + 0.8 * (0.3 * parts[0] + 0.59 * parts[1] + 0.11 * parts[2]);
        rgb = image ? [...colour.map((c) => grey + 0.9 * amount * (c - grey)), 255] : [...colour, 255 * amount];
      }
      pixels.data.set(rgb, 4 * at);
    }
    context.putImageData(pixels, 0, 0);
    if (label) canvas.setAttribute("aria-label", label);
  };
  return canvas;
}

/** A picture with a heading above it and a caption below. */
function panel(name, heading) {
  const [canvas, title, caption] = [picture(name), h("strong", {}, heading), h("p", { class: "dlf-caption" })];
  const element = h("div", { class: `dlf-picture dlf-picture-${name}` },
    h("p", { class: "dlf-title" }, title), canvas, caption);
  element.show = ({ text = "", heading, ...what }) => {
    canvas.show(what);
    caption.textContent = text;
    if (heading) title.textContent = heading;
  };
  return Object.assign(element, { canvas });
}

/** The images to choose from, as buttons. `.show(images, titles, now)` brings them up to date. */
function gallery(choose) {
  const element = h("div", { class: "dlf-gallery", role: "group", "aria-label": "Image" });
  let buttons = [];
  const refill = latest((images, titles) => {
    buttons = images.map((image, i) => {
      const canvas = picture("thumb");
      canvas.show({ image });
      canvas.setAttribute("aria-hidden", true);
      return h("button", { type: "button", class: "dlf-thumb", "aria-label": titles[i], title: titles[i],
        onclick: () => choose(i) }, canvas);
    });
    element.replaceChildren(...buttons);
  });
  element.show = (images, titles, now) => {
    refill(images, titles);
    buttons.forEach((each, i) => each.setAttribute("aria-pressed", i === now));
  };
  return element;
}

/** The colours of a map and the numbers that they stand for. */
function legend() {
  const [low, bar, high] = [h("span"), h("i"), h("span")];
  const element = h("p", { class: "dlf-legend" }, low, bar, high);
  element.show = (scale, signed, words) => {
    low.textContent = signed ? fmtSmall(-scale) : "0";
    bar.className = signed ? "dlf-signed" : "";
    high.textContent = `${fmtSmall(scale)} ${words}`;
  };
  return element;
}

/** `x` with two significant digits if it is too small for `fmt`. */
function fmtSmall(x) {
  if (x === 0 || Math.abs(x) >= 0.01) return fmt(x);
  return x.toExponential(1).replace(/e-(\d+)/, (_, n) => ` · 10⁻${[...n].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")}`)
    .replace(/^-/, "−");
}
