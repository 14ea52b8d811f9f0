// A service worker that does one thing: when a page cannot be fetched, it shows the kept page that says what to do.
// Pages, documents and answers are never kept. Browsers allow it on https and on this computer itself (localhost).
const KEPT = "offline-1";
const PAGE = "/offline";

const worker = /** @type {Page.Worker} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => event.waitUntil(keep()));
worker.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(fetch(request).catch(keptPage));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(fetch(request).catch((fault) => keptFile(request, fault)));
});

async function keep() {
  const cache = await caches.open(KEPT);
  const page = await fetch(PAGE, { cache: "no-store", credentials: "omit" });
  const files = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, file]) => file);
  await cache.put(PAGE, page);
  await cache.addAll(files);
  await worker.skipWaiting();
}

async function dropOthers() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
}

const keptPage = async () => (await caches.match(PAGE)) ?? Response.error();

/**
 * @param {Request} request
 * @param {Error} fault
 */
async function keptFile(request, fault) {
  const found = await caches.match(request);
  if (found) return found;
  throw fault;
}
