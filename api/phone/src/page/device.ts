/** The reader on this device: a worker with the network in it. */

import type { Answer } from "../reader/decide.ts";
import type { Grey } from "../reader/resize.ts";
import type { Found, Load, Loaded, Read } from "../reader/worker.ts";
import type { Model } from "./model.ts";

/** The network of the served version cannot be run here. */
export class CannotRead extends Error {}

export class Device {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Found>) => {
      this.#waiting.get(data.id)?.(data.answer);
      this.#waiting.delete(data.id);
    };
  }

  /** Start the worker with this model. Throws CannotRead. */
  static async of({ file, info }: Model): Promise<Device> {
    const load: Load = { kernel: await kernel(), model: file, decision: info.decision };
    const worker = new Worker("worker.js", { type: "module" });
    const { ready, reason } = await new Promise<Loaded>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<Loaded>) => resolve(data);
      worker.onerror = ({ message }) => resolve({ ready: false, reason: message || "The worker cannot be started." });
      worker.postMessage(load);
    });
    if (!ready) {
      worker.terminate();
      throw new CannotRead(reason);
    }
    return new Device(worker);
  }

  read(drawing: Grey): Promise<Answer> {
    const message: Read = { id: ++this.#last, drawing };
    return new Promise((resolve) => {
      this.#waiting.set(message.id, resolve);
      this.#worker.postMessage(message, [drawing.pixels.buffer as ArrayBuffer]);
    });
  }
}

/** The faster kernel, where the browser knows its instructions. */
async function kernel(): Promise<ArrayBuffer> {
  const fused = await program("fused.wasm");
  return WebAssembly.validate(fused) ? fused : program("matrix.wasm");
}

async function program(name: string): Promise<ArrayBuffer> {
  try {
    return await (await fetch(name)).arrayBuffer();
  } catch (cause) {
    throw new CannotRead("The program that reads cannot be fetched.", { cause });
  }
}
