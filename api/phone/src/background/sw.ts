/** The service worker: the page's own files from its cache, so that it opens without a network. */

declare const PAGE_VERSION: string;
declare const FILES: string[];
declare const self: ServiceWorkerGlobalScope;

const CACHE = "hwr-page-";
const NOW = CACHE + PAGE_VERSION;

self.addEventListener("install", (event) => event.waitUntil(fetchFiles()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname.slice(new URL(self.registration.scope).pathname.length);
  if (request.method === "GET" && request.url.startsWith(self.registration.scope) && ["", ...FILES].includes(path)) {
    event.respondWith(fromCache(request));
  }
});

/** All files of this version, past the browser's own cache: an old one among them would not fit the others. */
async function fetchFiles(): Promise<void> {
  const cache = await caches.open(NOW);
  await cache.addAll(["./", ...FILES].map((file) => new Request(file, { cache: "reload" })));
  await self.skipWaiting(); // the page that is open has all it needs; its next start is of this version
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHE) && name !== NOW) await caches.delete(name);
  }
  await self.clients.claim();
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(NOW);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

export {};
