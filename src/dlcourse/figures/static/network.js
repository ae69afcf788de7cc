// A small network that runs in the page: forward, and backward with the rules of deconvnet and guided backpropagation.
// A volume is { data, shape: [channels, height, width] }: numbers channel after channel, each row after row.

const WHOLE = { convolution: 1, dense: 1 }; // the kinds of layers that have weights

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const volume = (shape) => ({ shape, data: new Float32Array(shape[0] * shape[1] * shape[2]) });

/** The numbers of a base64 text of float16, which no browser had for years. */
function halves(text) {
  const bytes = bytesOf(text);
  const number = (i) => {
    const bits = bytes[2 * i] | (bytes[2 * i + 1] << 8);
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  };
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => number(i));
}

/** The layers, each with its part of the weights: those of a layer with weights, then its biases. */
function networkOf(layers, text) {
  const numbers = halves(text);
  let start = 0;
  const take = (n) => numbers.subarray(start, (start += n));
  return layers.map((layer) => {
    if (!WHOLE[layer.kind]) return layer;
    const weights = take(layer.outputs * layer.inputs * (layer.side ?? 1) ** 2);
    return { ...layer, weights, biases: take(layer.outputs) };
  });
}

/** Image `i` of `pixels` (base64 of bytes, n × height × width × 3) as a volume of numbers from 0 to 1. */
function imageOf(pixels, [, height, width], i) {
  const [bytes, size] = [bytesOf(pixels), height * width];
  const image = volume([3, height, width]);
  image.data.forEach((_, at) => {
    image.data[at] = bytes[3 * (i * size + (at % size)) + Math.floor(at / size)] / 255;
  });
  return image;
}

/**
 * The convolution of a volume with `outputs` filters of `side` × `side`, padded so that maps keep their size. A shift by
 * one tap is a shift of the padded rows as one long row, so the inner loop runs over a whole map.
 */
function convolve({ data, shape: [inputs, height, width] }, weights, biases, outputs, side) {
  const [edge, wide, size] = [(side - 1) / 2, width + side - 1, height * width];
  const padded = (height + side) * wide;
  const source = new Float32Array(inputs * padded);
  for (let c = 0; c < inputs; c++) for (let r = 0; r < height; r++) {
    const from = c * size + r * width;
    source.set(data.subarray(from, from + width), c * padded + (r + edge) * wide + edge);
  }
  const result = volume([outputs, height, width]);
  const sums = new Float32Array(height * wide);
  for (let f = 0; f < outputs; f++) {
    sums.fill(biases ? biases[f] : 0);
    for (let c = 0; c < inputs; c++) for (let r = 0; r < side; r++) {
      const [tap, from] = [((f * inputs + c) * side + r) * side, c * padded + r * wide];
      if (side === 3) addThree(sums, source, from, weights[tap], weights[tap + 1], weights[tap + 2]);
      else for (let k = 0; k < side; k++) addOne(sums, source, from + k, weights[tap + k]);
    }
    for (let r = 0; r < height; r++) {
      result.data.set(sums.subarray(r * wide, r * wide + width), f * size + r * width);
    }
  }
  return result;
}
function addOne(sums, source, from, weight) {
  for (let i = 0; i < sums.length; i++) sums[i] += weight * source[from + i];
}
function addThree(sums, source, from, a, b, c) {
  const n = sums.length;
  for (let i = 0; i < n; i++) sums[i] += a * source[from + i] + b * source[from + i + 1] + c * source[from + i + 2];
}

/** The filters that take gradients back through a convolution: inputs and outputs change places, each turned round. */
function turned({ weights, inputs, outputs, side }) {
  const [size, back] = [side * side, new Float32Array(weights.length)];
  for (let f = 0; f < outputs; f++) for (let c = 0; c < inputs; c++) for (let k = 0; k < size; k++) {
    back[(c * outputs + f) * size + size - 1 - k] = weights[(f * inputs + c) * size + k];
  }
  return back;
}

/** For every cell of a pooled map, where its number came from: the first of the largest. */
function largestOf({ data, shape: [channels, height, width] }, size) {
  const shape = [channels, Math.floor(height / size), Math.floor(width / size)];
  const places = new Int32Array(shape[0] * shape[1] * shape[2]);
  places.forEach((_, at) => {
    const c = Math.floor(at / (shape[1] * shape[2]));
    const [r, k] = [Math.floor(at / shape[2]) % shape[1], at % shape[2]];
    const corner = (c * height + r * size) * width + k * size;
    let best = corner;
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) {
      if (data[corner + i * width + j] > data[best]) best = corner + i * width + j;
    }
    places[at] = best;
  });
  return { shape, places };
}

const LAYERS = {
  convolution: {
    forward: (x, layer) => convolve(x, layer.weights, layer.biases, layer.outputs, layer.side),
    backward: (g, x, layer) => convolve(g, (layer.turned ??= turned(layer)), null, layer.inputs, layer.side),
  },
  relu: {
    forward: ({ data, shape }) => ({ shape, data: data.map((number) => Math.max(0, number)) }),
    /** A gradient passes where the number was positive (`normal`), where it is positive itself, or where both are. */
    backward: (g, x, layer, rule) => ({ shape: g.shape, data: g.data.map((number, i) => (
      (rule === "deconvnet" || x.data[i] > 0) && (rule === "normal" || number > 0) ? number : 0)) }),
  },
  pooling: {
    forward(x, { size }) {
      const { shape, places } = largestOf(x, size);
      return { shape, data: Float32Array.from(places, (place) => x.data[place]) };
    },
    backward(g, x, { size }) {
      const result = volume(x.shape);
      largestOf(x, size).places.forEach((place, at) => { result.data[place] += g.data[at]; });
      return result;
    },
  },
  average: {
    forward({ data, shape: [channels, height, width] }) {
      const result = volume([channels, 1, 1]);
      const size = height * width;
      data.forEach((number, at) => { result.data[Math.floor(at / size)] += number / size; });
      return result;
    },
    backward({ data }, { shape }) {
      const [result, size] = [volume(shape), shape[1] * shape[2]];
      result.data.forEach((_, at) => { result.data[at] = data[Math.floor(at / size)] / size; });
      return result;
    },
  },
  dense: {
    forward({ data }, { weights, biases, inputs, outputs }) {
      const result = volume([outputs, 1, 1]);
      for (let f = 0; f < outputs; f++) {
        result.data[f] = data.reduce((sum, number, i) => sum + number * weights[f * inputs + i], biases[f]);
      }
      return result;
    },
    backward({ data }, { shape }, { weights, inputs, outputs }) {
      const result = volume(shape);
      for (let f = 0; f < outputs; f++) for (let i = 0; i < inputs; i++) {
        result.data[i] += data[f] * weights[f * inputs + i];
      }
      return result;
    },
  },
};

/** What goes into each layer, and last what comes out of the network: a list one longer than the layers. */
function forward(network, image) {
  const volumes = [image];
  for (const layer of network) volumes.push(LAYERS[layer.kind].forward(volumes.at(-1), layer));
  return volumes;
}

/**
 * The gradient of output `target` with respect to `volumes[to]`: to the image with `to` 0. `rule` is what ReLUs do:
 * "normal", "deconvnet" or "guided".
 */
function backward(network, volumes, target, rule = "normal", to = 0) {
  let gradient = volume(volumes.at(-1).shape);
  gradient.data[target] = 1;
  for (let i = network.length - 1; i >= to; i--) {
    gradient = LAYERS[network[i].kind].backward(gradient, volumes[i], network[i], rule);
  }
  return gradient;
}

/** How many multiplications a pass through the network takes, for an image of this shape. */
function workOf(network, [, height, width]) {
  let [area, sum] = [height * width, 0];
  for (const layer of network) {
    if (layer.kind === "pooling") area /= layer.size ** 2;
    if (layer.kind === "convolution") sum += area * layer.inputs * layer.outputs * layer.side ** 2;
  }
  return sum;
}
