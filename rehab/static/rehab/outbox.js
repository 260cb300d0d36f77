// Sends what waits, through the server's own form, and fetches the copy anew.  Pages and the worker share this file.
// Nothing leaves the outbox before the server has said that it keeps it; what it refuses stays, with its words.
// A safety answer goes first: while one waits, for whatever reason, no session goes.
(() => {
  "use strict";
  const { store } = self.stridewell;
  const LONGEST_MS = 15_000;
  const SIGNED_OUT = { outcome: "signedOut" }; // the server leads to the sign-in, and takes nothing
  const FAULT = { outcome: "fault" }; // there is a connection, and the server cannot answer now

  const asking = (more = {}) => ({
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout(LONGEST_MS),
    ...more,
  });

  const isLedAway = (answer) => answer.type === "opaqueredirect" || answer.status === 401;

  /** Return {copy, token} from the server, or why it gives none, as {outcome}.  Throws without a connection. */
  async function fresh(addresses) {
    const answer = await fetch(addresses.copy, asking({ headers: { Accept: "application/json" } }));
    if (isLedAway(answer) || answer.status === 403) return SIGNED_OUT;
    return answer.ok ? answer.json() : FAULT;
  }

  /** Return all that goes with one thing that waits, as [name, value]: its fields, whose it is, and when it was told. */
  function formOf(entry) {
    const envelope = ["owner", "kind", "key", "told_at", "read_at"];
    const fields = entry.fields.filter(([name]) => !envelope.includes(name));
    return [...fields, ...envelope.map((name) => [name, entry[name]])];
  }

  /** Send one thing.  Return what the server said: {kept, ...} or {refused}; {outcome} where it could not say. */
  async function sendOne(entry, addresses, token) {
    const body = new FormData();
    for (const [name, value] of [...formOf(entry), ["csrfmiddlewaretoken", token]]) body.append(name, value);
    const answer = await fetch(addresses.outbox, asking({ method: "POST", body }));
    if (isLedAway(answer)) return SIGNED_OUT;
    return answer.ok || [409, 422].includes(answer.status) ? answer.json() : FAULT;
  }

  /** Return what goes next, as the outbox stands now; a refused session only when it is asked for again. */
  async function next(owner, tried, again) {
    const waits = await store.waiting(owner);
    const left = waits.filter((entry) => !tried.has(entry.key));
    if (waits.some(store.isAnswer)) return left.find(store.isAnswer);
    return left.find((entry) => again || !entry.refused);
  }

  async function sendAll(addresses, again) {
    const known = await fresh(addresses);
    if (known === SIGNED_OUT) await store.dropCopy(); // a sign-in that ended keeps the outbox, and only the outbox
    if (known.outcome) return { ...known, sent: [] };
    const [sent, tried] = [[], new Set()];
    let faults = 0;
    let stops = false;
    for (let entry; (entry = await next(known.copy.owner, tried, again)); ) {
      tried.add(entry.key);
      const said = await sendOne(entry, addresses, known.token);
      if (said === SIGNED_OUT) return { ...said, sent };
      if (said === FAULT) faults += 1; // the server has a fault with this one: it waits
      else if (said.kept) {
        sent.push(entry.told_at);
        stops ||= said.stop;
        await store.keep("sent", true); // until a page has said so: the worker may have sent it
        await store.remove(entry.key);
      } else await store.put({ ...entry, refused: said.refused });
    }
    const newest = sent.length ? await fresh(addresses) : known;
    if (newest.copy) await keepCopy(newest.copy); // never one from before what was sent: that may have stopped the plan
    return { outcome: "reached", copy: newest.copy, sent, faults, stops };
  }

  /** Put a new copy in the place of the old; a lock falls only when the server has every safety answer. */
  async function keepCopy(copy) {
    await store.keep("record", copy);
    const left = await store.waiting(copy.owner);
    if (!left.some(store.isAnswer)) await store.drop("lock");
  }

  /** Do something with the outbox, one page or worker at a time. */
  const alone = (act) => (navigator.locks ? navigator.locks.request("stridewell.outbox", act) : act());

  /**
   * Send everything that waits for who is signed in.  Return {outcome, sent}: ``outcome`` is "reached", "fault"
   * or "signedOut", with {copy, faults, stops} where the server was reached; ``sent`` are the moments of what was sent,
   * and ``stops`` is whether any of it stops the leg.  Throws without a connection.
   */
  const send = (addresses, { again = false } = {}) => alone(() => sendAll(addresses, again));

  Object.assign(self.stridewell, { send, alone, fresh, formOf });
})();
