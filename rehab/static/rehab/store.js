// What is kept on this device for a place without a connection, in one database: the copy of the plan, whether a
// safety answer has locked it, the session that was begun with it, and what waits to be sent (the outbox).
// Pages and the worker share this file.  On the page of the sign-in it removes all but the outbox, and says where
// a yes waits in it.
(() => {
  "use strict";
  const NAME = "stridewell";
  const COPY = "copy"; // by name: record, lock, begun, leg, figures, sent
  const OUTBOX = "outbox"; // by the key of the thing that waits

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(COPY);
        asked.result.createObjectStore(OUTBOX, { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  /** Do something in one transaction of the database; return what it asked for once it is written. */
  async function done(table, mode, act) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const work = database.transaction(table, mode);
        const asked = act(work.objectStore(table));
        work.oncomplete = () => resolve(asked?.result);
        work.onerror = work.onabort = () => reject(work.error);
      });
    } finally {
      database.close();
    }
  }

  const read = (name) => done(COPY, "readonly", (table) => table.get(name));
  const keep = (name, value) => done(COPY, "readwrite", (table) => table.put(value, name));
  const drop = (name) => done(COPY, "readwrite", (table) => table.delete(name));
  const dropCopy = () => done(COPY, "readwrite", (table) => table.clear());
  const put = (entry) => done(OUTBOX, "readwrite", (table) => table.put(entry));
  const remove = (key) => done(OUTBOX, "readwrite", (table) => table.delete(key));

  /** A safety answer: it goes before every session. */
  const isAnswer = (entry) => entry.kind === "safety";

  /** A safety answer with a yes in it: with this the leg rests. */
  const isYes = (entry) => isAnswer(entry) && entry.fields.some(([, value]) => value === "present");

  /** Return what waits for one owner, safety answers first, then by the clock; nobody sees another's. */
  async function waiting(owner) {
    const all = await done(OUTBOX, "readonly", (table) => table.getAll());
    const rank = (entry) => (isAnswer(entry) ? 0 : 1);
    return all
      .filter((entry) => entry.owner === owner)
      .sort((a, b) => rank(a) - rank(b) || a.told_at.localeCompare(b.told_at));
  }

  /** Leave nothing of this owner behind; what another person has not sent yet stays theirs. */
  async function wipe(owner) {
    await dropCopy();
    for (const { key } of await waiting(owner)) await remove(key);
    const others = await done(OUTBOX, "readonly", (table) => table.count());
    if (!others) indexedDB.deleteDatabase(NAME);
    for (const name of (await self.caches?.keys()) ?? []) if (name.startsWith(NAME)) await caches.delete(name);
  }

  const PLUMBING = ["csrfmiddlewaretoken", "key"]; // fields of a form that are not what was told

  self.stridewell = { PLUMBING, store: { read, keep, drop, dropCopy, put, remove, isAnswer, isYes, waiting, wipe } };

  /** On the page of the sign-in, where this device keeps anything: remove all but the outbox; say where a yes waits. */
  async function signedOut() {
    const known = await indexedDB.databases?.();
    if (known && !known.some(({ name }) => name === NAME)) return;
    await dropCopy();
    const left = await done(OUTBOX, "readonly", (table) => table.getAll());
    document.querySelector("[data-yes-waits]").hidden = !left.some(isYes);
  }
  if (self.document?.currentScript?.hasAttribute("data-signed-out")) signedOut().catch(() => {});
})();
