// Attribution methods for the network of network.js, and what their maps are compared by.

const PIECE = 4e7; // multiplications between two breaths of the page

/** Normal random numbers, the same in every browser up to the last digits (mulberry32, Box and Muller). */
function* normals(seed) {
  let a = seed;
  const uniform = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  for (;;) {
    const [radius, angle] = [Math.sqrt(-2 * Math.log(uniform())), 2 * Math.PI * uniform()];
    yield radius * Math.cos(angle);
    yield radius * Math.sin(angle);
  }
}

/** The mean of gradients at `points(i)`, i from 0 to n − 1. */
function* meanGradient({ network, image, target }, n, point) {
  const sum = volume(image.shape);
  for (let i = 0; i < n; i++) {
    const gradient = backward(network, forward(network, { shape: image.shape, data: point(i) }), target);
    gradient.data.forEach((x, at) => { sum.data[at] += x / n; });
    yield (i + 1) / n;
  }
  return sum;
}

const times = (a, b) => ({ shape: a.shape, data: a.data.map((x, i) => x * b.data[i]) });
/** Where a window stands along one axis: up to the first place that reaches the edge, where it is cut. */
function places(length, window, stride) {
  const starts = range(Math.ceil((length - window) / stride) + 1).map((i) => i * stride);
  return starts.map((start) => [start, Math.min(start + window, length)]);
}

/**
 * The methods: generators that yield how much is done and return a volume. They are told of `network`, `image`,
 * `volumes` (the forward pass), `target`, `at` (which volume Grad-CAM looks at) and `fixed`.
 */
const METHODS = {
  *gradient({ network, volumes, target }) { return backward(network, volumes, target); },
  *"gradient x input"({ network, image, volumes, target }) { return times(backward(network, volumes, target), image); },
  *SmoothGrad(task) {
    const { image, fixed } = task;
    const [low, high] = extent(image.data);
    const draw = normals(1);
    const noisy = () => image.data.map((x) => x + fixed.noise * (high - low) * draw.next().value);
    return yield* meanGradient(task, fixed.samples, noisy);
  },
  *"integrated gradients"(task) {
    const { image, fixed } = task;
    const along = (i) => image.data.map((x) => (x * (i + 0.5)) / fixed.steps);
    return times(yield* meanGradient(task, fixed.steps, along), image);
  },
  *deconvnet({ network, volumes, target }) { return backward(network, volumes, target, "deconvnet"); },
  *"guided backprop"({ network, volumes, target }) { return backward(network, volumes, target, "guided"); },
  *"Grad-CAM"({ network, image, volumes, target, at }) {
    const [maps, gradient] = [volumes[at], backward(network, volumes, target, "normal", at)];
    const [channels, height, width] = maps.shape;
    const [size, sum] = [height * width, volume([1, height, width])];
    for (let c = 0; c < channels; c++) {
      const weight = mapOf(gradient, c).data.reduce((a, b) => a + b, 0) / size;
      mapOf(maps, c).data.forEach((x, i) => { sum.data[i] += weight * x; });
    }
    sum.data.forEach((x, i) => { sum.data[i] = Math.max(0, x); });
    return enlarged(sum, ...image.shape.slice(1));
  },
  *occlusion({ network, image, volumes, target, fixed }) {
    const [channels, height, width] = image.shape;
    const side = Math.min(fixed.window, height, width);
    const [sum, times] = [volume([1, height, width]), volume([1, height, width])];
    const [rows, columns] = [height, width].map((length) => places(length, side, fixed.stride));
    const before = volumes.at(-1).data[target];
    const inside = ([top, bottom], [left, right], act) => {
      for (let r = top; r < bottom; r++) for (let k = left; k < right; k++) act(r * width + k);
    };
    let done = 0;
    for (const row of rows) for (const column of columns) {
      const covered = { shape: image.shape, data: image.data.slice() };
      for (let c = 0; c < channels; c++) inside(row, column, (at) => { covered.data[c * height * width + at] = 0; });
      const fall = before - forward(network, covered).at(-1).data[target];
      inside(row, column, (at) => { sum.data[at] += fall; times.data[at] += 1; });
      yield ++done / (rows.length * columns.length);
    }
    return { shape: sum.shape, data: sum.data.map((x, i) => x / times.data[i]) };
  },
};

/** A map at the size of the image: bilinear between the middles of its cells. */
function enlarged({ data, shape: [, h, w] }, height, width) {
  const result = volume([1, height, width]);
  const between = (i, from, to) => {
    const x = clamp(((i + 0.5) * from) / to - 0.5, 0, from - 1);
    return [Math.floor(x), Math.min(Math.floor(x) + 1, from - 1), x - Math.floor(x)];
  };
  for (let r = 0; r < height; r++) for (let c = 0; c < width; c++) {
    const [top, bottom, down] = between(r, h, height);
    const [left, right, across] = between(c, w, width);
    const line = (i) => data[i * w + left] * (1 - across) + data[i * w + right] * across;
    result.data[r * width + c] = line(top) * (1 - down) + line(bottom) * down;
  }
  return result;
}

/** A volume as one map: the sum over its channels, of absolute values unless `signed`. */
function summed({ data, shape: [channels, height, width] }, signed) {
  const size = height * width;
  const map = new Float32Array(size);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < size; i++) map[i] += signed ? data[c * size + i] : Math.abs(data[c * size + i]);
  }
  return { data: map, height, width };
}

/** The number that `share` of the absolute values do not pass: the scale on which a few strong pixels hide nothing. */
function strongest({ data }, share = 0.99) {
  const sorted = Float32Array.from(data, Math.abs).sort();
  return sorted[Math.floor(share * (sorted.length - 1))] || sorted.at(-1);
}

/** The share of what is positive in a map that lies where `mask` is 1; null if nothing is positive. */
function insideOf({ data }, mask) {
  let [inside, all] = [0, 0];
  data.forEach((x, i) => { if (x > 0) { all += x; inside += x * mask[i]; } });
  return all > 0 ? inside / all : null;
}

/** Ranks, where equal numbers share the mean of theirs. */
function ranksOf(data) {
  const order = Uint32Array.from(data, (_, i) => i).sort((a, b) => data[a] - data[b]);
  const ranks = new Float64Array(data.length);
  for (let i = 0, end = 0; i < order.length; i = end) {
    while (end < order.length && data[order[end]] === data[order[i]]) end++;
    for (let k = i; k < end; k++) ranks[order[k]] = (i + end - 1) / 2;
  }
  return ranks;
}

/** Spearman's rank correlation of two maps; null if one is the same everywhere. */
function spearman(a, b) {
  const [x, y] = [ranksOf(a.data), ranksOf(b.data)];
  const middle = (x.length - 1) / 2;
  const product = (p, q) => p.reduce((sum, value, i) => sum + (value - middle) * (q[i] - middle), 0);
  const spread = Math.sqrt(product(x, x) * product(y, y));
  return spread > 0 ? product(x, y) / spread : null;
}

/** How strong the edges of an image are (Sobel on the mean of its channels): a map that knows no network. */
function edgesOf({ data, shape: [channels, height, width] }) {
  const size = height * width;
  const grey = (r, c) => {
    const at = clamp(r, 0, height - 1) * width + clamp(c, 0, width - 1);
    return range(channels).reduce((sum, channel) => sum + data[channel * size + at], 0) / channels;
  };
  const slope = (r, c, [y, x]) => [1, 2, 1].reduce((sum, weight, i) => {
    const [dy, dx] = [x * (i - 1), y * (i - 1)]; // across the direction
    return sum + (weight * (grey(r + y + dy, c + x + dx) - grey(r - y + dy, c - x + dx))) / 4;
  }, 0);
  const map = Float32Array.from({ length: size }, (_, at) => {
    const [r, c] = [Math.floor(at / width), at % width];
    return Math.hypot(slope(r, c, [1, 0]), slope(r, c, [0, 1])) / Math.SQRT2;
  });
  return { data: map, height, width };
}

/**
 * Runs a generator to its end, `cost` multiplications a step, with a breath after each `PIECE`: `progress(share)` then,
 * `done(result)` at the end. What is short is done at once. Returns a function that stops it.
 */
function inPieces(steps, cost, { progress, done }) {
  let stopped = false;
  const go = () => {
    for (let spent = 0; !stopped; spent += cost) {
      if (spent > PIECE) { setTimeout(go); return; }
      const { value, done: end } = steps.next();
      if (end) return void done(value);
      if (spent + cost > PIECE) progress(value);
    }
  };
  go();
  return () => { stopped = true; };
}
