/** The memory of the kernel: networks lie in it whole, so that nothing is copied between two layers. */

/** What src/kernel/matrix.ts exports. */
export type Kernel = {
  multiply(m: number, k: number, n: number, a: number, b: number, bias: number, c: number, relu: number): void;
  patches(
    x: number, pitch: number, rows: number, columns: number, down: number, across: number, high: number, line: number,
    target: number,
  ): void;
  frame(x: number, lines: number, length: number, pitch: number, target: number): void;
};

const PAGE = 65_536;
const VECTOR = 16;

export class Memory {
  readonly kernel: Kernel;
  readonly #memory: WebAssembly.Memory;
  #end = PAGE; // the first page is the kernel's own

  private constructor(memory: WebAssembly.Memory, kernel: Kernel) {
    this.#memory = memory;
    this.kernel = kernel;
  }

  /** Start the kernel of this file. */
  static async of(kernel: ArrayBuffer): Promise<Memory> {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2048 });
    const { instance } = await WebAssembly.instantiate(kernel, { env: { memory } });
    return new Memory(memory, instance.exports as Kernel);
  }

  /** Return the address of room for so many float32, all 0. */
  take(floats: number): number {
    const address = this.#end;
    this.#end += Math.ceil((4 * floats) / VECTOR) * VECTOR;
    const missing = Math.ceil((this.#end - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.#memory.grow(missing);
    return address;
  }

  /** Return what lies at an address; good until more room is taken. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}
