/** Sends what is kept, each once: a key goes along by which the server knows what it has stored already. */

import { giveFeedback, me, predict, Refused, SignedOut, type Told, Unreachable, type User } from "./server.ts";
import type { Kept, Store } from "./store.ts";

const AGAIN = 15_000; // milliseconds until the next try, while something waits

export type State = "online" | "offline" | "signed-out";
/** What has become of one, told to the page and to its other tabs: it waits, it was sent or refused, or it was removed. */
export type Change = { kept: Kept; now: "waiting" | "done" | "removed" };

export class Outbox {
  readonly #store: Store;
  readonly #changed: (change: Change) => void;
  readonly #told: (state: State) => void;
  readonly #tabs = "BroadcastChannel" in self ? new BroadcastChannel("hwr-outbox") : null;
  user: User | null;

  /** `changed` is called for each change, here or in another tab, `told` with what was found out about the server. */
  constructor(store: Store, changed: (change: Change) => void, told: (state: State) => void) {
    this.#store = store;
    this.#changed = changed;
    this.#told = told;
    this.#tabs?.addEventListener("message", ({ data }: MessageEvent<Change>) => changed(data));
    this.user = JSON.parse(localStorage.getItem("hwr-user") ?? "null") as User | null;
    addEventListener("online", () => void this.send());
    addEventListener("offline", () => told("offline"));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.send(); });
    setInterval(() => void this.#sendWaiting(), AGAIN);
  }

  /** Keep one, and send it if the server can be reached. */
  async keep(kept: Kept): Promise<void> {
    const owned = { ...kept, owner: this.user?.user_id ?? null };
    await this.#store.put(owned);
    this.#tell({ kept: owned, now: "waiting" });
    void this.send();
  }

  /** Say what one shows, whether or not it has been sent. */
  async label(kept: Kept, label: number | null): Promise<void> {
    const newest = (await this.#store.get(kept.key)) ?? kept;
    const labelled = { ...newest, label };
    await this.#store.put(labelled);
    this.#tell({ kept: labelled, now: "waiting" });
    void this.send();
  }

  /** Remove one that the server has refused. */
  async remove(kept: Kept): Promise<void> {
    await this.#store.remove(kept.key);
    this.#tell({ kept, now: "removed" });
  }

  #tell(change: Change): void {
    this.#changed(change);
    this.#tabs?.postMessage(change);
  }

  /** Send all that waits, one by one; of several tabs one sends. */
  async send(): Promise<void> {
    const send = () => this.#sendAll();
    await (navigator.locks ? navigator.locks.request("hwr-outbox", send) : send());
  }

  async #sendWaiting(): Promise<void> {
    if ((await this.#store.all()).some((kept) => !kept.problem)) await this.send();
  }

  async #sendAll(): Promise<void> {
    try {
      this.user = await me();
      localStorage.setItem("hwr-user", JSON.stringify(this.user));
      this.#told("online");
      let failed: Unreachable | null = null;
      for (const kept of await this.#store.all()) {
        if (kept.problem || !this.isOurs(kept)) continue;
        await this.#sendOne(kept).catch((error: unknown) => {
          if (!(error instanceof Unreachable)) throw error;
          failed = error; // those behind it need not wait for it
        });
      }
      if (failed) throw failed;
    } catch (error) {
      if (error instanceof SignedOut) this.#told("signed-out");
      else if (error instanceof Unreachable) this.#told("offline");
      else throw error;
    }
  }

  /** Whether whoever is signed in kept it: nothing goes into the history of another user. */
  isOurs(kept: Kept): boolean {
    return kept.owner === null || kept.owner === this.user?.user_id;
  }

  /** Store one. A clock that is years behind is no reason to lose an image: it is refused, and then sent without. */
  #predicted({ kind, image, key, at }: Kept): Promise<Told> {
    return predict(kind, image, key, at).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      return predict(kind, image, key, null);
    });
  }

  async #sendOne(kept: Kept): Promise<void> {
    try {
      let sent = kept;
      if (kept.prediction === undefined) {
        const told = await this.#predicted(kept);
        sent = { ...kept, prediction: told.prediction_id, digit: told.predicted_digit };
        const label = (await this.#store.get(kept.key))?.label; // said meanwhile
        if (label !== undefined) sent.label = label;
        await this.#store.put(sent);
      }
      if (sent.label !== undefined && sent.prediction) await giveFeedback(sent.prediction, sent.label);
      const newest = await this.#store.get(kept.key);
      if (newest?.label !== sent.label) return await this.#sendOne(newest ?? sent);
      await this.#store.remove(kept.key);
      this.#tell({ kept: sent, now: "done" });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const refused = { ...kept, problem: error.message };
      await this.#store.put(refused);
      this.#tell({ kept: refused, now: "done" });
    }
  }
}
