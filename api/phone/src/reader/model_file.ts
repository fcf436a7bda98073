/** A LiteRT file, as much of it as a network of convolutions uses. Its format is a FlatBuffer (schema.fbs of LiteRT). */

export type Tensor = { shape: number[]; type: number; data: Uint8Array | null };
export type Operation = { code: number; inputs: number[]; outputs: number[]; options: Table | null };
export type ModelFile = { tensors: Tensor[]; operations: Operation[]; input: number; output: number };

/** A file that is no LiteRT model. */
export class DamagedModel extends Error {}

/** A table of a FlatBuffer: its fields are found by their numbers in the schema, and may be missing. */
export class Table {
  readonly #view: DataView;
  readonly #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  #field(number: number): number {
    const offsets = this.#at - this.#view.getInt32(this.#at, true);
    const place = 4 + 2 * number;
    const offset = place < this.#view.getUint16(offsets, true) ? this.#view.getUint16(offsets + place, true) : 0;
    return offset ? this.#at + offset : 0;
  }

  #target(number: number): number {
    const field = this.#field(number);
    return field ? field + this.#view.getUint32(field, true) : 0;
  }

  byte(number: number): number {
    const field = this.#field(number);
    return field ? this.#view.getInt8(field) : 0;
  }

  int(number: number, otherwise = 0): number {
    const field = this.#field(number);
    return field ? this.#view.getInt32(field, true) : otherwise;
  }

  table(number: number): Table | null {
    const at = this.#target(number);
    return at ? new Table(this.#view, at) : null;
  }

  tables(number: number): Table[] {
    const at = this.#target(number);
    return Array.from({ length: at ? this.#view.getUint32(at, true) : 0 }, (_, index) => {
      const place = at + 4 + 4 * index;
      return new Table(this.#view, place + this.#view.getUint32(place, true));
    });
  }

  ints(number: number): number[] {
    const at = this.#target(number);
    const length = at ? this.#view.getUint32(at, true) : 0;
    return Array.from({ length }, (_, index) => this.#view.getInt32(at + 4 + 4 * index, true));
  }

  bytes(number: number): Uint8Array | null {
    const at = this.#target(number);
    if (!at) return null;
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at + 4, this.#view.getUint32(at, true));
  }
}

/** Return the one graph of a LiteRT file. Throws DamagedModel for anything else. */
export function parseModel(file: ArrayBuffer): ModelFile {
  try {
    return parsed(new DataView(file));
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedModel("The model file ends too early.");
    throw error;
  }
}

function parsed(view: DataView): ModelFile {
  if (view.getUint32(4, true) !== 0x334c4654) throw new DamagedModel("The model file is no LiteRT file."); // "TFL3"
  const model = new Table(view, view.getUint32(0, true));
  const codes = model.tables(1).map((each) => Math.max(each.byte(0), each.int(3)));
  const [graph] = model.tables(2);
  if (!graph) throw new DamagedModel("The model file has no graph.");
  const buffers = model.tables(4);
  const tensors = graph.tables(0).map((each) => {
    const data = buffers[each.int(2)]?.bytes(0) ?? null;
    return { shape: each.ints(0), type: each.byte(1), data: data?.length ? data : null };
  });
  const operations = graph.tables(3).map((each) => ({
    code: codes[each.int(0)] ?? -1,
    inputs: each.ints(1),
    outputs: each.ints(2),
    options: each.table(4),
  }));
  const [input] = graph.ints(1);
  const [output] = graph.ints(2);
  if (input === undefined || output === undefined) throw new DamagedModel("The graph has no input or no output.");
  return { tensors, operations, input, output };
}
