/** A number on the wide sheet or a photo: read by the server, and stored there once the user wants it kept. */

import { labelNumber, type Numbers, readNumber } from "./server.ts";
import { newKey } from "./store.ts";

export class WrittenNumber {
  #image: Blob | null = null;
  #text = "";
  #key = ""; // the idempotency key that it is stored with
  #id: number | null = null; // in the history, once it is stored there
  #asked = 0; // numbers that were asked for, or are not wanted any more

  /** The image that it is about; null where there is none. */
  get image(): Blob | null {
    return this.#image;
  }

  /** Whether it is still about this image. */
  isAbout(image: Blob): boolean {
    return image === this.#image;
  }

  /** Forget it: an answer that is still under way is not wanted any more. */
  forget(): void {
    this.#asked++;
    this.#image = this.#id = null;
    this.#text = "";
  }

  /** Read an image, storing nothing; null where it was forgotten meanwhile. Throws what calls of the server throw. */
  async read(image: Promise<Blob>): Promise<Numbers | null> {
    this.forget();
    const mine = this.#asked;
    try {
      const sent = await image;
      const found = await readNumber(sent);
      if (mine !== this.#asked) return null;
      if (found.text) [this.#image, this.#text, this.#key] = [sent, found.text, newKey()];
      return found;
    } catch (error) {
      if (mine !== this.#asked) return null;
      throw error;
    }
  }

  /** Store it, and what was read as its label if it is right. Asked again after a lost answer, it is not stored twice. */
  async keep(isRight: boolean): Promise<{ image: Blob; text: string; prediction: number | null }> {
    const [image, text, key] = [this.#image!, this.#text, this.#key];
    const id = this.#id ?? (await readNumber(image, key)).prediction_id;
    if (this.isAbout(image)) this.#id = id;
    if (isRight && id !== null) await labelNumber(id, text);
    return { image, text, prediction: id };
  }
}
