// On every page of the runner: registers the worker, keeps the copy fresh, sends what waits and says so, takes a
// session that cannot be sent now, and leaves nothing behind on signing out.  Words stand in the page's own language
// in the section [data-outbox]; without this file every form posts as before.
(() => {
  "use strict";
  const { store, send } = self.stridewell;
  const place = document.querySelector("[data-outbox]");
  const says = place.dataset;
  const addresses = { copy: says.copy, outbox: says.send };
  const PROBE_MS = 4000;
  const KEPT_MS = 1000;
  const YES = ".my-questions input[value=present]:checked";
  const state = { owner: says.owner };
  const quietly = (promise) => promise.catch(() => {}); // a browser without storage: the pages work as before

  function made(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  function button(text, act, look = "btn-outline-primary") {
    const node = made("button", { type: "button", className: `btn ${look}`, textContent: text });
    node.addEventListener("click", act);
    return node;
  }

  // --- What waits, in words ----------------------------------------------------------------------

  async function tell() {
    const waits = state.owner ? await store.waiting(state.owner) : [];
    const lines = [];
    if (await store.read("sent")) {
      state.hasSent = true;
      await store.drop("sent");
    }
    if (state.hasSent) lines.push(made("p", { className: "my-sent", textContent: says.sent }));
    const sessions = waits.filter((entry) => entry.kind === "session" && !entry.refused).length;
    if (waits.some((entry) => entry.kind === "safety" && !entry.refused)) lines.push(made("p", { textContent: says.answer }));
    if (sessions) lines.push(made("p", { textContent: sessions === 1 ? says.one : says.many.replace("{n}", sessions) }));
    if (state.faults && waits.length) lines.push(made("p", { textContent: says.fault }));
    lines.push(...waits.filter((entry) => entry.refused).map(refusal));
    place.hidden = !lines.length;
    place.replaceChildren(...lines);
    return waits;
  }

  function refusal(entry) {
    const ways = made("div", { className: "my-ways" });
    ways.append(button(says.again, () => work({ again: true })), button(says.drop, () => dropped(entry), "btn-link"));
    const why = made("ul", {}, ...entry.refused.map((textContent) => made("li", { textContent })));
    return made("div", { className: "my-refused" }, made("p", { textContent: says.refused }), why, ways);
  }

  async function dropped(entry) {
    if (!window.confirm(says.sure)) return;
    await store.remove(entry.key);
    await tell();
  }

  // --- Sending, and the copy ---------------------------------------------------------------------

  async function work({ again = false } = {}) {
    let result = null;
    try {
      result = await send(addresses, { again });
      if (result.copy) await keepFigures(result.copy);
    } catch {
      // no connection: what waits, waits
    }
    await tried(result);
  }

  /** Say what became of it; the page without a connection looks again at what it may open. */
  async function tried(result) {
    state.faults = result?.faults ?? 0;
    if (result?.sent?.length && says.owner && location.pathname === says.today) {
      location.reload(); // what is due has changed, or the clinic has stopped the plan
      return;
    }
    await tell();
    document.dispatchEvent(new CustomEvent("outbox:tried", { detail: result }));
  }

  /** Keep the drawings of the session beside the copy, as text: they show an exercise and nobody's record. */
  async function keepFigures(copy) {
    const page = new DOMParser().parseFromString(copy.session?.form ?? "", "text/html");
    const drawn = [...page.querySelectorAll("picture :is(img, source)")];
    const wanted = drawn.map((node) => node.getAttribute("src") ?? node.getAttribute("srcset"));
    const had = (await store.read("figures")) ?? {};
    const figures = {};
    for (const address of wanted) {
      figures[address] = had[address] || (await fetch(address).then((answer) => (answer.ok ? answer.text() : "")));
    }
    await store.keep("figures", figures);
  }

  /** The page without a connection speaks the language of the last page. */
  async function keepShell() {
    const [name] = (await caches.keys()).filter((found) => found.startsWith("stridewell-"));
    const cache = name && (await caches.open(name));
    const had = cache && (await cache.match(says.shell));
    if (!had || had.headers.get("Content-Language") === document.documentElement.lang) return;
    await cache.put(says.shell, await fetch(says.shell, { cache: "no-cache" }));
  }

  async function begin() {
    const record = await store.read("record");
    if (state.owner && record && record.owner !== state.owner) await store.dropCopy(); // somebody else's
    const isShell = !says.owner;
    if (isShell) state.owner = record?.owner ?? "";
    const waits = await tell();
    const isWhereCopiesAreMade = location.pathname === says.today || document.querySelector("[data-session-kept]");
    if (isShell || isWhereCopiesAreMade || waits.length) await work();
    if (!isShell) await keepShell();
  }

  // --- A session that cannot be sent now ------------------------------------------------------------

  async function isReached() {
    if (!navigator.onLine) return false;
    try {
      await fetch(says.worker, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) });
      return true;
    } catch {
      return false;
    }
  }

  const PLUMBING = ["csrfmiddlewaretoken", "key"];

  /** Put a session into the outbox as the form stands, with the answers it was begun with. */
  async function takeSession(form, { answers = {}, read_at }) {
    const fields = [...new FormData(form)].filter(([name]) => !PLUMBING.includes(name));
    const told_at = new Date().toISOString();
    const entry = { key: form.elements.key.value, owner: state.owner, kind: "session", told_at, read_at, refused: null };
    await store.put({ ...entry, fields: [...fields, ...Object.entries(answers)] });
    document.dispatchEvent(new Event("session:kept"));
    const worker = await navigator.serviceWorker?.getRegistration(says.scope);
    await quietly(Promise.resolve(worker?.sync?.register("outbox")));
  }

  async function sendOrTake(form, submitter) {
    if (await isReached()) {
      form.dataset.reached = "yes";
      form.requestSubmit(submitter);
      return;
    }
    if (!window.stridewell.checked(form)) return;
    await takeSession(form, { read_at: new Date(performance.timeOrigin).toISOString() });
    location.assign(says.shell);
  }

  // --- Signing out ------------------------------------------------------------------------------------

  const dialog = document.querySelector("[data-signing-out]");

  async function signOut(form) {
    const before = await store.waiting(state.owner);
    if (before.length) await work({ again: true });
    const left = before.length ? await store.waiting(state.owner) : [];
    if (left.length && !(await isMeant(left.length))) return;
    document.dispatchEvent(new Event("session:kept")); // nothing is written down any more
    await store.wipe(state.owner);
    for (const slot of Object.keys(localStorage)) if (slot.startsWith("stridewell.")) localStorage.removeItem(slot);
    await (await navigator.serviceWorker?.getRegistration(says.scope))?.unregister();
    form.submit();
  }

  function isMeant(count) {
    dialog.querySelector("[data-count]").textContent = count === 1 ? says.one : says.many.replace("{n}", count);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "leave"), { once: true });
    });
  }

  // --- Forms, before anything else looks at them -------------------------------------------------------

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const isSession = form.matches("[data-session]:not([data-copied])") && !form.dataset.reached;
      const isYes = !form.closest("[data-shell]") && !form.dataset.kept && form.querySelector(YES);
      if (!isSession && !isYes && !form.matches("form.signout")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isYes) keepThenSend(form, event.submitter);
      else if (isSession) sendOrTake(form, event.submitter).catch(() => form.submit());
      else signOut(form).catch(() => form.submit());
    },
    true,
  );

  /** Send a yes once the phone has kept it; a phone that is slow to keep it sends it all the same. */
  async function keepThenSend(form, submitter) {
    if (form.dataset.keeping) return; // tapped twice
    form.dataset.keeping = "yes";
    const moment = made("input", { type: "hidden", name: "told_at", value: new Date().toISOString() });
    form.append(moment);
    const late = new Promise((resolve) => setTimeout(resolve, KEPT_MS));
    await Promise.race([quietly(keepYes(form, submitter, moment.value)), late]);
    form.dataset.kept = "yes";
    form.requestSubmit(submitter);
    moment.remove(); // whoever comes back to this page says something new
    delete form.dataset.kept;
    delete form.dataset.keeping;
  }

  /**
   * A yes waits in the outbox and locks the copy before it is sent: if the connection goes just now, it is not lost.
   * The form carries the same moment, by which the server knows the two to be one.
   */
  async function keepYes(form, submitter, told_at) {
    const fields = [...new FormData(form, submitter)].filter(([name]) => !PLUMBING.includes(name));
    const entry = { key: crypto.randomUUID(), owner: state.owner, kind: "safety", told_at, read_at: told_at };
    if (state.owner) await store.put({ ...entry, fields, refused: null });
    const record = await store.read("record");
    if (!record) return;
    const yes = [...form.querySelectorAll(YES)].map((input) => input.name);
    await store.keep("lock", stridewell.lockOf(record, yes));
  }

  /** Return what a phone says after these questions were answered yes: emergencies first, each advice once. */
  function lockOf(record, yes) {
    const found = record.safety.filter((question) => yes.includes(question.code));
    const level = found.some((question) => question.level === "E") ? "E" : "D";
    return { level, yes, headline: record.headlines[level], advice: [...new Set(found.map((question) => question.advice))] };
  }

  Object.assign(window.stridewell, { work, tell, takeSession, lockOf, state });
  window.addEventListener("online", () => work());
  document.addEventListener("visibilitychange", async () => {
    if (!document.hidden && state.owner && (await store.waiting(state.owner)).length) work();
  });
  navigator.serviceWorker?.addEventListener("message", ({ data }) => tried(data)); // the worker has sent it
  window.addEventListener("load", () => {
    const later = window.requestIdleCallback ?? ((act) => setTimeout(act, 200));
    later(() => {
      quietly(Promise.resolve(navigator.serviceWorker?.register(says.worker, { scope: says.scope })));
      quietly(begin());
    });
  });
})();
