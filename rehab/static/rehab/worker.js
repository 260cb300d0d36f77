// Keeps the page that opens the copy, and the files it is made of; no page of a person is ever kept here.
// Without a connection the runner's pages lead to that page.  What it keeps is said by /worker.js (self.kept).
(() => {
  "use strict";
  const { version, shell, files, addresses, logs, slow_ms: SLOW_MS } = self.kept;
  const { store, PLUMBING } = self.stridewell;
  const NAME = `stridewell-${version}`;
  const FOLLOWS_MS = 2000; // a form that was kept leads on to a page within this time
  const AWAY = [502, 503, 504]; // what a proxy says for a server that cannot answer now
  const known = new Set(files.map((file) => new URL(file, self.location).href));

  self.addEventListener("install", (event) => {
    const fresh = [...files, shell].map((address) => new Request(address, { cache: "no-cache" }));
    event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)));
    self.skipWaiting();
  });

  self.addEventListener("activate", (event) => {
    const older = (names) => names.filter((name) => name.startsWith("stridewell-") && name !== NAME);
    const cleared = caches.keys().then((names) => Promise.all(older(names).map((name) => caches.delete(name))));
    event.waitUntil(cleared.then(() => self.clients.claim()));
  });

  /** Return what the outbox holds of a log that is sent just now; nothing of any other form, or without a copy. */
  async function logIn(request) {
    const kind = request.method === "POST" && logs[new URL(request.url).pathname];
    const form = kind && (await request.formData());
    const record = form?.get("key") && (await store.read("record"));
    if (!record) return null;
    const fields = [...form].filter(([name]) => !PLUMBING.includes(name));
    const told_at = new Date().toISOString();
    const read_at = (kind === "session" && form.get("began")) || told_at; // at the level that the page showed
    return { key: form.get("key"), owner: record.owner, kind, told_at, read_at, fields, refused: null };
  }

  /**
   * Return the page without a connection; a log under which the connection broke waits there to be sent again.
   * Its key tells the server if it had come through after all.
   */
  async function instead(log) {
    const entry = await log;
    if (entry) await store.put(entry).catch(() => {}); // a phone that keeps nothing opens the page all the same
    return kept(shell);
  }

  const kept = async (address) => (await caches.match(address)) ?? Response.error();

  let ledOnAt = 0; // when an answer to a form led on to a page, which says what became of it

  /** Whether a page says what became of a form: the answer itself, or where it led on to. */
  const isOfForm = (request) => request.method !== "GET" || Date.now() - ledOnAt < FOLLOWS_MS;

  /**
   * Return what is asked for.  Whoever goes back to the answer of a form would send it again, and the browser, which has
   * the answer no more, asks nobody but its cache: such a page is asked for anew, and nothing is sent.
   */
  function asked(navigation) {
    const goesBack = navigation.method === "POST" && navigation.isHistoryNavigation;
    if (!goesBack && navigation.cache !== "only-if-cached") return navigation;
    return new Request(navigation.url, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
  }

  /**
   * Return a page, or the copy where none comes.  What says what became of a form is waited for as long as it takes:
   * it may have been kept, and it may say to stop.
   */
  async function page(navigation) {
    const request = asked(navigation);
    const waits = isOfForm(request);
    const log = logIn(request.clone()).catch(() => null);
    const late = new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    try {
      const answer = fetch(request).then(async (said) => {
        if (waits && said.type === "opaqueredirect") ledOnAt = Date.now();
        const isAway = AWAY.includes(said.status) || (said.status >= 500 && (await log));
        return isAway && (await caches.match(shell)) ? instead(log) : said;
      });
      return (await (waits ? answer : Promise.race([answer, late]))) ?? (await kept(shell));
    } catch {
      return instead(log);
    }
  }

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    if (request.mode === "navigate") event.respondWith(page(request));
    else if (request.method === "GET" && known.has(request.url)) {
      event.respondWith(caches.match(request.url).then((found) => found ?? fetch(request)));
    }
  });

  async function tellPages(result) {
    for (const client of await self.clients.matchAll()) client.postMessage(result);
  }

  /** Send what waits; where not all was taken the browser asks once more later, a few times. */
  async function sendNow() {
    const result = await self.stridewell.send(addresses);
    await tellPages(result);
    if (result.outcome === "fault" || result.faults) throw new Error("not everything could be sent");
  }

  self.addEventListener("sync", (event) => {
    if (event.tag === "outbox") event.waitUntil(sendNow());
  });
})();
