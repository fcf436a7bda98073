/** The worker: reads drawings beside the page, so that the pen never waits. */

import { type Answer, decide, type Decision, NO_INK } from "./decide.ts";
import { Memory } from "./memory.ts";
import { Network } from "./network.ts";
import { normalise } from "./normalise.ts";
import type { Grey } from "./resize.ts";

export type Load = { kernel: ArrayBuffer; model: ArrayBuffer; decision: Decision };
export type Read = { id: number; drawing: Grey };
export type Loaded = { ready: boolean; reason: string };
/** `seen` is the 28 x 28, `shares` the eleven outputs of the network; both are null without ink. */
export type Found = { id: number; answer: Answer; seen: Uint8Array | null; shares: number[] | null };

let network: Network | null = null;
let decision: Decision = { not_a_digit_above: 1, unsure_below: 0 };

addEventListener("message", async ({ data }: MessageEvent<Load | Read>) => {
  if ("kernel" in data) postMessage(await load(data));
  else if (network) postMessage(read(network, data));
});

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
