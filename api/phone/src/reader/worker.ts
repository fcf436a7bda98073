/** The worker: reads drawings beside the page, so that the pen never waits. */

import { type Answer, decide, type Decision, NO_INK } from "./decide.ts";
import { Memory } from "./memory.ts";
import { Network } from "./network.ts";
import { normalise } from "./normalise.ts";
import { type Grey, grey } from "./resize.ts";

export type Load = { kernel: ArrayBuffer; model: ArrayBuffer; decision: Decision };
export type Read = { id: number; drawing: Grey };
export type Loaded = { ready: boolean; reason: string };
/** `seen` is the 28 x 28, `shares` the eleven outputs of the network; both are null without ink. */
export type Found = { id: number; answer: Answer; seen: Uint8Array | null; shares: number[] | null };

const WARMED = 10; // readings after which a browser has compiled what a reading needs
const WHITE = 255;

let network: Network | null = null;
let decision: Decision = { not_a_digit_above: 1, unsure_below: 0 };

addEventListener("message", async ({ data }: MessageEvent<Load | Read>) => {
  if ("kernel" in data) {
    postMessage(await load(data));
    if (network) void warmUp(network);
  } else if (network) postMessage(read(network, data));
});

/** Read a bar a few times, so that the first stroke need not wait for the compiler; drawings go first. */
async function warmUp(network: Network): Promise<void> {
  const drawing = grey(320, 320);
  for (let row = 0; row < 320; row++) {
    drawing.pixels.fill(WHITE, row * 320, (row + 1) * 320);
    if (row > 60 && row < 260) drawing.pixels.fill(0, row * 320 + 150, row * 320 + 170);
  }
  for (let time = 0; time < WARMED; time++) {
    await new Promise((resolve) => setTimeout(resolve));
    read(network, { id: 0, drawing });
  }
}

async function load(given: Load): Promise<Loaded> {
  try {
    network = new Network(await Memory.of(given.kernel), given.model);
    decision = given.decision;
    return { ready: true, reason: "" };
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function read(network: Network, { id, drawing }: Read): Found {
  const seen = normalise(drawing);
  const shares = seen && network.run(seen);
  return { id, answer: shares ? decide(shares, decision) : NO_INK, seen, shares };
}
