// Sends what waits, through the server's own form, and fetches the copy anew.  Pages and the worker share this file.
// Nothing leaves the outbox before the server has said that it keeps it; what it refuses stays, with its words.
(() => {
  "use strict";
  const { store } = self.stridewell;
  const LONGEST_MS = 15_000;

  const asking = (more = {}) => ({
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual", // signed out: the server leads to the sign-in, and nothing is sent
    signal: AbortSignal.timeout(LONGEST_MS),
    ...more,
  });

  /** Return {copy, token} from the server; null where the person is signed out.  Throws without a connection. */
  async function fresh(addresses) {
    const answer = await fetch(addresses.copy, asking({ headers: { Accept: "application/json" } }));
    if (answer.type === "opaqueredirect" || answer.status === 403) return null;
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.json();
  }

  function formOf(entry, token) {
    const form = new FormData();
    for (const [name, value] of entry.fields) form.append(name, value);
    for (const name of ["owner", "kind", "key", "told_at", "read_at"]) form.set(name, entry[name]);
    form.set("csrfmiddlewaretoken", token);
    return form;
  }

  /** Send one thing.  Return what the server said: {kept, ...} or {refused}; null where it could not be asked. */
  async function sendOne(entry, addresses, token) {
    const answer = await fetch(addresses.outbox, asking({ method: "POST", body: formOf(entry, token) }));
    return answer.ok || [409, 422].includes(answer.status) ? answer.json() : null;
  }

  async function sendAll(addresses, again) {
    let known = await fresh(addresses);
    if (!known) {
      await store.dropCopy(); // a sign-in that ended keeps the outbox, and only the outbox
      return { signedOut: true, sent: [] };
    }
    const sent = [];
    let faults = 0;
    for (const entry of await store.waiting(known.copy.owner)) {
      if (entry.refused && !again) continue;
      const said = await sendOne(entry, addresses, known.token);
      if (!said) {
        faults += 1; // the server has a fault with this one: it waits, and the next may go
        continue;
      }
      if (said.kept) {
        sent.push(entry.key);
        await store.keep("sent", true); // until a page has said so: the worker may have sent it
        await store.remove(entry.key);
      } else await store.put({ ...entry, refused: said.refused });
    }
    if (sent.length) known = (await fresh(addresses)) ?? known;
    await keepCopy(known.copy);
    return { copy: known.copy, sent, faults };
  }

  /** Put a new copy in the place of the old; a lock falls only when the server has every safety answer. */
  async function keepCopy(copy) {
    await store.keep("record", copy);
    const left = await store.waiting(copy.owner);
    if (!left.some((entry) => entry.kind === "safety")) await store.drop("lock");
  }

  /** Send everything that waits for who is signed in, one page or worker at a time. */
  function send(addresses, { again = false } = {}) {
    const act = () => sendAll(addresses, again);
    return navigator.locks ? navigator.locks.request("stridewell.outbox", act) : act();
  }

  Object.assign(self.stridewell, { send });
})();
