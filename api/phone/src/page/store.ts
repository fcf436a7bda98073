/** What is kept and not sent yet, in IndexedDB: it outlives the page, the browser and the device's battery. */

export type Kept = {
  key: string; // the idempotency key: a UUID, made when it is kept
  owner: number | null; // the user who kept it; null where nobody was known
  at: string; // the device's time, ISO 8601, UTC
  kind: "drawing" | "photo";
  image: Blob;
  digit: number | null; // what was read here; null for no digit, or where nothing could be read yet
  label?: number | null; // what the user says it is, null for no digit; missing where they say nothing
  prediction?: number | null; // its id on the server, once it is stored there; null where there was no ink
  problem?: string; // why the server refused it
};

/** A new idempotency key. */
export function newKey(): string {
  // crypto.randomUUID is not there on a page that came over plain HTTP.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const NAME = "hwr-phone", STORE = "kept";

/** Open the store. Rejects where the browser allows none, as in some private windows. */
export async function openStore(): Promise<Store> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
  return new Store(await done(request));
}

export class Store {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** All of it, in the order in which it was kept. */
  async all(): Promise<Kept[]> {
    const all = await done<Kept[]>(this.#database.transaction(STORE).objectStore(STORE).getAll());
    return all.sort((one, other) => one.at.localeCompare(other.at));
  }

  async get(key: string): Promise<Kept | undefined> {
    return done<Kept | undefined>(this.#database.transaction(STORE).objectStore(STORE).get(key));
  }

  /** Add or replace one; when this resolves it is on the disk. */
  put(kept: Kept): Promise<void> {
    return this.#change((store) => store.put(kept));
  }

  remove(key: string): Promise<void> {
    return this.#change((store) => store.delete(key));
  }

  #change(change: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      change(transaction.objectStore(STORE));
    });
  }
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
