/** The network for one digit, run by our own kernel: convolutions as products of matrices (im2col). */

import type { Memory } from "./memory.ts";
import { type ModelFile, type Operation, parseModel, type Table } from "./model_file.ts";

const ADD = 0, CONV_2D = 3, FULLY_CONNECTED = 9, SOFTMAX = 25, MEAN = 40; // BuiltinOperator of the schema
const FLOAT32 = 0;
const NO_ACTIVATION = 0, RELU = 1;
const PANEL = 8;

/** A network with a layer that is not known here: the server reads in its place. */
export class UnknownLayer extends Error {}

type Step = () => void;

export class Network {
  readonly #memory: Memory;
  readonly #file: ModelFile;
  readonly #addresses: number[];
  readonly #steps: Step[];

  constructor(memory: Memory, model: ArrayBuffer) {
    this.#memory = memory;
    this.#file = parseModel(model);
    this.#addresses = this.#file.tensors.map(({ shape, type, data }) => {
      if (data) return -1; // weights are laid out by the layer that uses them
      if (type !== FLOAT32) throw new UnknownLayer(`A tensor has the type ${type}; float32 is known.`);
      return memory.take(padded(size(shape)));
    });
    this.#steps = this.#file.operations.map((operation) => this.#step(operation));
  }

  /** Return the probabilities of an image, grey levels of 28 x 28. */
  run(image: Uint8Array): number[] {
    this.#of(this.#file.input).set(image);
    for (const step of this.#steps) step();
    return Array.from(this.#of(this.#file.output));
  }

  #step(operation: Operation): Step {
    switch (operation.code) {
      case CONV_2D: return this.#convolution(operation);
      case ADD: return this.#sum(operation);
      case MEAN: return this.#mean(operation);
      case FULLY_CONNECTED: return this.#dense(operation);
      case SOFTMAX: return this.#softmax(operation);
      default: throw new UnknownLayer(`The network has a layer of kind ${operation.code}, which is not known here.`);
    }
  }

  #convolution({ inputs: [x, weights, bias], outputs: [y], options }: Operation): Step {
    const [, height, width, depth] = this.#shape(x);
    const [, rows, columns] = this.#shape(y);
    const [filters, high, wide] = this.#shape(weights);
    const [across, down] = [options!.int(1, 1), options!.int(2, 1)];
    if (options!.int(4, 1) !== 1 || options!.int(5, 1) !== 1) throw new UnknownLayer("A convolution is dilated.");
    const same = options!.byte(0) === 0;
    const top = same ? before(height!, rows!, down, high!) : 0;
    const left = same ? before(width!, columns!, across, wide!) : 0;
    const [m, k] = [rows! * columns!, high! * wide! * depth!];
    const product = this.#product(m, k, filters!, weights, bias, y, relu(options!, 3));
    const patches = this.#memory.take(m * k);
    const tall = Math.max(top + height!, (rows! - 1) * down + high!);
    const broad = Math.max(left + width!, (columns! - 1) * across + wide!);
    const framed = this.#memory.take(tall * broad * depth!); // the image in its padding of zeros
    const inside = framed + 4 * depth! * (top * broad + left);
    const { patches: lay, frame } = this.#memory.kernel;
    return () => {
      frame(this.#addresses[x!]!, height!, width! * depth!, broad * depth!, inside);
      lay(framed, broad * depth!, rows!, columns!, down, across * depth!, high!, wide! * depth!, patches);
      product(patches);
    };
  }

  #dense({ inputs: [x, weights, bias], outputs: [y], options }: Operation): Step {
    const [filters, k] = this.#shape(weights);
    const product = this.#product(1, k!, filters!, weights, bias, y, relu(options!, 0));
    return () => product(this.#addresses[x!]!);
  }

  /** Return what multiplies a matrix [m, k] by weights [n, k], which are laid out for the kernel. */
  #product(
    m: number, k: number, n: number, weights: number | undefined, bias: number | undefined, y: number | undefined,
    cut: boolean,
  ): (a: number) => void {
    const memory = this.#memory;
    const wide = padded(n);
    const b = memory.take(wide * k);
    const biases = memory.take(wide);
    const c = wide === n ? this.#addresses[y!]! : memory.take(m * wide);
    const given = this.#weights(weights);
    const panels = memory.floats(b, wide * k);
    for (let column = 0; column < n; column++) {
      const panel = Math.floor(column / PANEL) * PANEL * k + (column % PANEL);
      for (let row = 0; row < k; row++) panels[panel + row * PANEL] = given[column * k + row]!;
    }
    if (bias !== undefined && bias >= 0) memory.floats(biases, n).set(this.#weights(bias));
    return (a) => {
      memory.kernel.multiply(m, k, wide, a, b, biases, c, cut ? 1 : 0);
      if (wide === n) return;
      const result = memory.floats(c, m * wide);
      const target = this.#of(y!);
      for (let row = 0; row < m; row++) target.set(result.subarray(row * wide, row * wide + n), row * n);
    };
  }

  #sum({ inputs: [x, other], outputs: [y], options }: Operation): Step {
    if (size(this.#shape(x)) !== size(this.#shape(other))) throw new UnknownLayer("A sum is of two sizes.");
    const cut = relu(options!, 0);
    return () => {
      const [first, second, target] = [this.#of(x!), this.#of(other!), this.#of(y!)];
      for (let at = 0; at < target.length; at++) {
        const sum = first[at]! + second[at]!;
        target[at] = cut && sum < 0 ? 0 : sum;
      }
    };
  }

  #mean({ inputs: [x, axes], outputs: [y] }: Operation): Step {
    const along = this.#file.tensors[axes!]?.data;
    const which = along && Array.from(new Int32Array(along.slice().buffer));
    if (which?.join() !== "1,2") throw new UnknownLayer("A mean is not over height and width.");
    const [, height, width, depth] = this.#shape(x);
    return () => {
      const [source, target] = [this.#of(x!), this.#of(y!).fill(0)];
      for (let at = 0; at < source.length; at++) target[at % depth!]! += source[at]!;
      for (let at = 0; at < depth!; at++) target[at]! /= height! * width!;
    };
  }

  #softmax({ inputs: [x], outputs: [y] }: Operation): Step {
    return () => {
      const powers = Array.from(this.#of(x!));
      const most = Math.max(...powers);
      powers.forEach((each, at) => { powers[at] = Math.exp(each - most); });
      const total = powers.reduce((sum, each) => sum + each, 0);
      this.#of(y!).set(powers.map((each) => each / total));
    };
  }

  #of(tensor: number): Float32Array {
    return this.#memory.floats(this.#addresses[tensor]!, size(this.#shape(tensor)));
  }

  #shape(tensor: number | undefined): number[] {
    return this.#file.tensors[tensor!]!.shape;
  }

  #weights(tensor: number | undefined): Float32Array {
    const { data, type } = this.#file.tensors[tensor!]!;
    if (!data || type !== FLOAT32) throw new UnknownLayer("Weights are not float32, or not in the file.");
    return new Float32Array(data.slice().buffer);
  }
}

function relu(options: Table, field: number): boolean {
  const activation = options.byte(field);
  if (activation !== NO_ACTIVATION && activation !== RELU) throw new UnknownLayer("An activation is not known here.");
  return activation === RELU;
}

/** How many pixels of padding lie before an image, where as much as possible of it lies behind ("same"). */
function before(length: number, steps: number, stride: number, kernel: number): number {
  return Math.floor(Math.max((steps - 1) * stride + kernel - length, 0) / 2);
}

function size(shape: number[]): number {
  return shape.reduce((product, each) => product * each, 1);
}

function padded(length: number): number {
  return Math.ceil(length / PANEL) * PANEL;
}
