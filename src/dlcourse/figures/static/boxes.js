// Boxes (x0, y0, x1, y1) in pixels: what dlcourse.boxes computes with them, the picture on which they stand, and boxes
// that a reader moves.

const area = ([x0, y0, x1, y1]) => Math.max(0, x1 - x0) * Math.max(0, y1 - y0);

/** What two boxes have in common; its area is 0 where they do not overlap. */
const intersection = (a, b) => a.map((x, i) => (i < 2 ? Math.max(x, b[i]) : Math.min(x, b[i])));

function iou(a, b) {
  const both = area(intersection(a, b));
  const either = area(a) + area(b) - both;
  return either > 0 ? both / either : 0;
}

/** The order of falling scores; equal ones stay as they stand. */
const ranked = (scores) => range(scores.length).sort((i, j) => scores[j] - scores[i]);

/**
 * Non-maximum suppression: for each box null if it is kept, otherwise the box that suppressed it, which is the first
 * kept one that it overlaps by more than `threshold`. With labels, a box suppresses those of its own label only.
 */
function nms(boxes, scores, threshold, labels = null) {
  const [kept, by] = [[], boxes.map(() => null)];
  for (const i of ranked(scores)) {
    const rival = (k) => (!labels || labels[k] === labels[i]) && iou(boxes[k], boxes[i]) > threshold;
    by[i] = kept.find(rival) ?? null;
    if (by[i] === null) kept.push(i);
  }
  return by;
}

/** An IoU with as many decimals as it takes to tell it from a threshold. */
const thousandths = (x) => String(Number(x.toFixed(3)));

/** The SVG of a rectangle. */
function rect([x0, y0, x1, y1], name, more = "") {
  const [width, height] = [Math.max(0, x1 - x0), Math.max(0, y1 - y0)];
  return `<rect class="${name}" x="${x0}" y="${y0}" width="${width}" height="${height}" ${more}/>`;
}

/** The SVG of a text on its ground at the upper left corner of a box, inside a picture of this size. */
function tagAt([x, y], text, size) {
  const unit = size[0] / 96;
  const [wide, high] = [(text.length * 2.55 + 2) * unit, 5.6 * unit];
  const [left, top] = [clamp(x, 0, Math.max(0, size[0] - wide)), Math.max(0, y - high)];
  return `${rect([left, top, left + wide, top + high], "dlf-tag")}<text x="${left + unit}" y="${top + 4.2 * unit}" ` +
    `font-size="${4.2 * unit}">${text.replaceAll("<", "&lt;")}</text>`;
}

/** "35 to 91 across, 26 to 74 down", of a box. */
const inWords = ([x0, y0, x1, y1]) => `${fmt(x0)} to ${fmt(x1)} across, ${fmt(y0)} to ${fmt(y1)} down`;

/** A picture with a drawing on it. `.show({ image, size, marks, label })`: `marks` is SVG, in pixels of the picture. */
function board(...over) {
  const image = h("img", { alt: "", draggable: "false" });
  const drawing = h("div", { class: "dlf-drawing", role: "img" });
  const element = h("div", { class: "dlf-board" }, image, drawing, ...over);
  let marked = null;
  element.show = ({ image: source, size: [width, height], marks, label }) => {
    vary(element, { width, height });
    if (!source) image.remove(); // an image without a source would be a broken one
    else if (!image.parentNode) element.prepend(image);
    if (source && image.getAttribute("src") !== source) image.src = source;
    const svg = `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${marks}</svg>`;
    if (marked !== svg) drawing.innerHTML = marked = svg;
    if (label) drawing.setAttribute("aria-label", label);
  };
  /** Where a pointer is, in pixels of the picture. */
  element.at = (event) => {
    const box = element.getBoundingClientRect();
    const [width, height] = ["width", "height"].map((name) => Number(element.style.getPropertyValue(`--${name}`)));
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  };
  return element;
}

/**
 * A box that a reader moves, and its lower right corner, which changes its size: two elements for a board whose picture
 * has `size()`. `get()` says where it stands, `set(box)` is told where it shall stand, in steps of `step`; Home takes
 * it `home`. Its sides stay at least `least`.
 */
function movable(kind, name, { get, set, home, size, least = 2, step = 1 }) {
  const snapped = (x) => Number((Math.round(x / step) * step).toFixed(4));
  const put = (box) => { if (!same(box, get())) set(box); };
  const move = ([x0, y0, x1, y1], dx, dy) => {
    const [width, height] = size();
    const [x, y] = [clamp(dx, -x0, width - x1), clamp(dy, -y0, height - y1)];
    put([x0 + x, y0 + y, x1 + x, y1 + y].map((value) => Number(value.toFixed(4))));
  };
  const stretch = ([x0, y0, x1, y1], dx, dy) => {
    const [width, height] = size();
    put([x0, y0, clamp(x1 + dx, x0 + least, width), clamp(y1 + dy, y0 + least, height)]
      .map((value) => Number(value.toFixed(4))));
  };
  const part = (act, what, role) => {
    const element = h("div", {
      class: `dlf-${what} dlf-${what}-${kind}`, tabindex: 0, role: "application", "aria-roledescription": role,
    });
    draggable(element, {
      start: (event) => { event.stopPropagation(); return { from: get() }; },
      move: (event, { from, x, y }) => {
        const { width } = element.parentNode.getBoundingClientRect();
        const scale = size()[0] / width;
        act(from, snapped((event.clientX - x) * scale), snapped((event.clientY - y) * scale));
      },
    });
    return onKey(element, (key) => {
      if (key === "Home") put(home);
      else if (STEPS[key]) act(get(), STEPS[key][1] * step, STEPS[key][0] * step);
      else return false;
      return true;
    });
  };
  const [body, corner] = [part(move, "box", "box that can be moved"), part(stretch, "corner", "corner that can be moved")];
  const show = (box) => {
    const [x0, y0, x1, y1] = box;
    const layer = 2 + Math.round(97 * (1 - area(box) / area([0, 0, ...size()]))); // the smaller one lies on top
    for (const element of [body, corner]) vary(element, { x0, y0, x1, y1, layer });
    body.setAttribute("aria-label", `${name}: ${inWords(box)}. Arrow keys move it, Home takes it back.`);
    corner.setAttribute("aria-label", `Lower right corner of ${name}. Arrow keys change the size.`);
  };
  return { elements: [body, corner], show };
}
