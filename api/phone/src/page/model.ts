/** The served model on this device: fetched once for each version, and read by without a network from then on. */

import type { Decision } from "../reader/decide.ts";

export type Info = { version: string; decision: Decision };
export type Model = { info: Info; file: ArrayBuffer };

const STORE = "hwr-model";
const INFO = "model.json";
const PATIENCE = 30_000; // milliseconds for two megabytes

/** There is no model here, and none can be fetched: nobody is signed in, or there is no network. */
export class NoModel extends Error {}

/** Return the model that is stored here, or else the served one. Throws NoModel. */
export async function storedOrServed(): Promise<Model> {
  return (await stored()) ?? (await fetchServed());
}

/** Fetch the served version if it is not the one stored here; it is used from the next start on. Throws NoModel. */
export async function update(current: Info): Promise<string | null> {
  const served = await info();
  if (JSON.stringify(served) === JSON.stringify(current)) return null;
  await fetchServed();
  return served.version;
}

async function stored(): Promise<Model | null> {
  if (!("caches" in self)) return null; // the page came over plain HTTP: nothing can be stored
  const store = await caches.open(STORE);
  const known = await store.match(INFO);
  const info = known && ((await known.json()) as Info);
  const file = info && (await store.match(address(info)));
  return file ? { info, file: await file.arrayBuffer() } : null;
}

async function fetchServed(): Promise<Model> {
  const served = await info();
  const answer = await get(address(served));
  const file = await answer.clone().arrayBuffer();
  if ("caches" in self) {
    await keep(served, answer).catch((error: unknown) => {
      console.warn("The model cannot be stored: it is fetched anew at each start.", error);
    });
  }
  return { info: served, file };
}

async function keep(served: Info, file: Response): Promise<void> {
  const store = await caches.open(STORE);
  await store.put(address(served), file);
  await store.put(INFO, Response.json(served)); // last: what it names is there
  for (const old of await store.keys()) {
    if (!old.url.endsWith(INFO) && !old.url.endsWith(address(served))) await store.delete(old);
  }
}

async function info(): Promise<Info> {
  return (await get(INFO)).json();
}

async function get(path: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { cache: path === INFO ? "no-store" : "default", signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    throw new NoModel("The model cannot be fetched.", { cause: error });
  }
  if (!answer.ok) throw new NoModel(`The server answered ${answer.status} for the model.`);
  return answer;
}

function address({ version }: Info): string {
  return `model/${version}.tflite`;
}
