/** The server: what is asked of it, and what can go wrong on the way. Addresses are relative to the page. */

const PATIENCE = 20_000; // milliseconds until an answer counts as missing
const PATIENCE_FOR_PHOTOS = 180_000; // ten megabytes take long on a poor network

/** The server cannot be reached, or is too busy: try again later. */
export class Unreachable extends Error {}
/** Nobody is signed in. */
export class SignedOut extends Error {}
/** The server has refused what was sent, for the reason in the message. */
export class Refused extends Error {}

export type User = { user_id: number; username: string };
export type Told = { prediction_id: number | null; predicted_digit: number | null; verdict: string; confidence: number };
export type Numbers = { prediction_id: number | null; text: string; confidence: number; accept: boolean };

async function call<Answer>(path: string, request: RequestInit = {}, patience = PATIENCE): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(`../api/${path}`, { ...request, signal: AbortSignal.timeout(patience) });
  } catch (error) {
    throw new Unreachable("The server cannot be reached.", { cause: error });
  }
  if (answer.status === 401) throw new SignedOut("Nobody is signed in.");
  if (answer.status >= 500 || answer.status === 429) throw new Unreachable(`The server answered ${answer.status}.`);
  const body = await answer.json().catch((cause: unknown) => {
    throw new Unreachable("The answer of the server was cut off.", { cause });
  });
  if (!answer.ok) throw new Refused(String(body.detail));
  return body as Answer;
}

function json(content: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(content), headers: { "Content-Type": "application/json", ...headers } };
}

export function me(): Promise<User> {
  return call("me");
}

/** Read a drawing or a photo and store the prediction, once for each key; without a time it counts as made now. */
export async function predict(
  kind: "drawing" | "photo", image: Blob, key: string, drawnAt: string | null,
): Promise<Told> {
  const once = { "Idempotency-Key": key, ...(drawnAt === null ? {} : { "X-Device-Time": drawnAt }) };
  if (kind === "drawing") {
    return call("predict", json({ image_data: await base64(image) }, once));
  }
  const body = new FormData();
  body.set("file", image, "photo");
  return call("predict-upload", { method: "POST", body, headers: once }, PATIENCE_FOR_PHOTOS);
}

function base64(image: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("The drawing cannot be read."));
    reader.readAsDataURL(image);
  });
}

export async function giveFeedback(predictionId: number, digit: number | null): Promise<void> {
  await call("feedback", json({ prediction_id: predictionId, actual_digit: digit }));
}

/** Read all digits of a drawing or a photo; given a key, store the number, once for each key. */
export function readNumber(image: Blob, key: string | null = null): Promise<Numbers> {
  const body = new FormData();
  body.set("file", image, "drawing.png");
  body.set("keep", String(key !== null));
  const headers: Record<string, string> = key === null ? {} : { "Idempotency-Key": key };
  return call("read-number", { method: "POST", body, headers }, PATIENCE_FOR_PHOTOS);
}

export async function labelNumber(id: number, text: string): Promise<void> {
  await call(`numbers/${id}/feedback`, json({ text }));
}
