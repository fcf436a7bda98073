/** The live channel of the server (api/live/README.md): reads while one draws, where this device cannot. */

import type { Answer, Verdict } from "../reader/decide.ts";
import { Unreachable } from "./server.ts";
import type { Point } from "./sheet.ts";

type Drawn = { strokes: Point[][]; width: number; height: number };
type Said = {
  type: string; id: number; detail?: string;
  verdict: Verdict; predicted_digit: number | null; confidence: number; all_predictions: number[];
};

const PATIENCE = 5_000; // milliseconds until the channel counts as closed

export class Live {
  #socket: WebSocket | null = null;
  #last = 0;

  /** Return what the server says of a drawing. Throws Unreachable. */
  async read(drawn: Drawn): Promise<Answer> {
    const socket = await this.#open();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Unreachable("The live channel is closed."));
      const timer = setTimeout(gone, PATIENCE);
      socket.onclose = gone;
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const said = JSON.parse(data) as Said;
        if (said.id !== id) return;
        clearTimeout(timer);
        if (said.type === "error") reject(new Unreachable(said.detail));
        else {
          const { verdict, predicted_digit: digit, confidence, all_predictions: probabilities } = said;
          resolve({ verdict, digit, confidence, probabilities });
        }
      };
      socket.send(JSON.stringify({ id, ...drawn }));
    });
  }

  #open(): Promise<WebSocket> {
    const there = this.#socket;
    if (there?.readyState === WebSocket.OPEN) return Promise.resolve(there);
    const address = new URL("../api/live/draw", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    const timer = setTimeout(() => socket.close(), PATIENCE);
    return new Promise((resolve, reject) => {
      socket.onopen = () => { clearTimeout(timer); resolve(socket); };
      socket.onclose = socket.onerror = () => reject(new Unreachable("The live channel cannot be opened."));
    });
  }
}
