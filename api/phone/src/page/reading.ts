/** Reads the drawing while it grows: on this device, else by the live channel; always the newest, one at a time. */

import type { Answer } from "../reader/decide.ts";
import type { Device } from "./device.ts";
import { Live } from "./live.ts";
import { Unreachable } from "./server.ts";
import type { Sheet } from "./sheet.ts";

export class Reading {
  device: Device | null = null;
  readonly #sheet: Sheet;
  readonly #live = new Live();
  readonly #show: (answer: Answer | null) => void;
  #movedAt: number | null = null; // the event that the next answer is about
  #running: Promise<void> | null = null;

  /** `show` gets each answer; null where nobody can read the drawing at present. */
  constructor(sheet: Sheet, show: (answer: Answer | null) => void) {
    this.#sheet = sheet;
    this.#show = show;
  }

  /** The drawing has changed; resolves when it is read, or a newer one. */
  changed(time: number): Promise<void> {
    this.#movedAt ??= time;
    this.#running ??= this.#readOn().finally(() => { this.#running = null; });
    return this.#running;
  }

  async #readOn(): Promise<void> {
    while (this.#movedAt !== null) {
      const start = this.#movedAt;
      this.#movedAt = null;
      const answer = this.#sheet.isEmpty ? null : await this.#read();
      if (this.#sheet.isEmpty) return; // cleared meanwhile
      this.#show(answer);
      performance.measure("hwr-read", { start }); // from the pen's move to the answer
    }
  }

  async #read(): Promise<Answer | null> {
    try {
      return await (this.device ? this.device.read(this.#sheet.drawing()) : this.#live.read(this.#sheet.strokes()));
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }
}
