"use strict";

/* The network, over the weights that Python exported: z = w a + b, a = sigma(z), as in
   networks/models/mlp.py. Numbers are float32 in the tables and float64 in between. */

/** Activations: sigma(z), and its derivative sigma'(z). */
const ACTIVATIONS = {
  sigmoid: [sigmoid, (z) => sigmoid(z) * (1 - sigmoid(z))],
  tanh: [Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
  "leaky-relu": [(z) => Math.max(z, 0.01 * z), (z) => (z > 0 ? 1 : 0.01)],
  gelu: [
    (z) => 0.5 * z * (1 + geluTanh(z)),
    (z) => {
      const t = geluTanh(z);
      const slope = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * z * z);
      return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * slope;
    },
  ],
};

function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}

function geluTanh(z) {
  return Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3));
}

/** Probabilities of logits: e^z_j / sum_k e^z_k. */
function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (z) => Math.exp(z - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The bytes of a base64 string. */
function decodeBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The float32 numbers of little-endian bytes, on any machine. */
function decodeFloats(text) {
  const view = new DataView(decodeBase64(text).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** A matrix [rows, columns]: float32 numbers, or int8 numbers and a float32 scale for each row. */
function decodeMatrix({ floats, bytes, scales }) {
  if (floats !== undefined) return decodeFloats(floats);
  const codes = new Int8Array(decodeBase64(bytes).buffer);
  const factors = decodeFloats(scales);
  const columns = codes.length / factors.length;
  return Float32Array.from(codes, (code, i) => code * factors[Math.floor(i / columns)]);
}

class Network {
  /** @param layers a list of {outputs, activation, w: a matrix [outputs, inputs], b: [outputs]}. */
  constructor(layers) {
    this.layers = layers.map(({ outputs, activation, w, b }) => {
      const weights = decodeMatrix(w);
      const sigma = activation === null ? null : ACTIVATIONS[activation];
      return { outputs, inputs: weights.length / outputs, w: weights, b: decodeFloats(b), sigma };
    });
  }

  /** What each layer makes of x: {zs, as}, as[0] being x and the last of both the logits. */
  forward(x) {
    const zs = [];
    const as = [x];
    for (const { outputs, inputs, w, b, sigma } of this.layers) {
      const a = as[as.length - 1];
      const active = nonzero(a);
      const z = new Float64Array(outputs);
      for (let j = 0; j < outputs; j++) {
        let sum = b[j];
        for (const k of active) sum += w[j * inputs + k] * a[k];
        z[j] = sum;
      }
      zs.push(z);
      as.push(sigma === null ? z : z.map(sigma[0]));
    }
    return { zs, as };
  }

  /**
   * The gradient of a weighted sum of the logits by x, at the point whose forward pass is given:
   * delta^L = the weights of the logits, delta^(l-1) = (w^l)^T delta^l * sigma'(z^(l-1)). BP2 of
   * Nielsen. Only the pixels in `wanted` are worked out, the others stay 0.
   */
  gradient({ zs }, logitWeights, wanted) {
    let delta = Float64Array.from(logitWeights);
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const { outputs, inputs, w } = this.layers[l];
      const slopes = l > 0 ? zs[l - 1].map(this.layers[l - 1].sigma[1]) : null;
      const below = new Float64Array(inputs);
      const places = l > 0 ? nonzero(slopes) : wanted;
      for (let j = 0; j < outputs; j++) {
        if (delta[j] === 0) continue;
        for (const k of places) below[k] += w[j * inputs + k] * delta[j];
      }
      delta = l > 0 ? below.map((sum, k) => sum * slopes[k]) : below;
    }
    return delta;
  }

  /**
   * What each pixel contributes to the lead of one digit over another, m = z_winner - z_rival:
   * integrated gradients from the empty image on (Sundararajan, Taly & Yan 2017, eq. 1),
   *
   *     A_k = x_k * integral over alpha from 0 to 1 of dm/dx_k (alpha x),
   *
   * by the midpoint rule. The A_k add up to m(x) - m(0), with 8 steps to about a tenth.
   */
  attribution(x, winner, rival, steps = 8) {
    const ink = nonzero(x);
    const total = new Float64Array(x.length);
    const logitWeights = new Float64Array(this.layers[this.layers.length - 1].outputs);
    logitWeights[winner] += 1;
    logitWeights[rival] -= 1;
    for (let step = 0; step < steps; step++) {
      const point = Float64Array.from(x, (value) => (value * (step + 0.5)) / steps);
      const slope = this.gradient(this.forward(point), logitWeights, ink);
      for (const k of ink) total[k] += (x[k] * slope[k]) / steps;
    }
    return total;
  }
}

/** The places of the numbers that are not 0: most pixels of a drawing are, and cost nothing. */
function nonzero(numbers) {
  const places = [];
  for (let k = 0; k < numbers.length; k++) if (numbers[k] !== 0) places.push(k);
  return places;
}
