// On every page of the runner: registers the worker, keeps the copy fresh, sends what waits and says so, takes a
// session that cannot be sent now, and leaves nothing behind on signing out.  Words stand in the page's own language
// in the section [data-outbox]; without this file every form posts as before.
(() => {
  "use strict";
  const { PLUMBING, store, send, tell, state, made, inNumbers } = self.stridewell;
  const place = document.querySelector("[data-outbox]");
  const says = place.dataset;
  const addresses = { copy: says.copy, outbox: says.send };
  const PROBE_MS = 4000;
  const KEPT_MS = 1000;
  const AGAIN_MS = [10_000, 60_000, 300_000]; // a safety answer is tried so often by itself, then by a tap
  // A yes now, or one that a page carries on from the questions before.
  const YES = ".my-questions input[value=present]:checked, input[type=hidden][value=present]";
  const quietly = (promise) => promise.catch(() => {}); // a browser without storage: the pages work as before

  // --- Sending, and the copy ---------------------------------------------------------------------

  async function work({ again = false } = {}) {
    let result = { outcome: "offline", sent: [] }; // no connection: what waits, waits
    try {
      result = await send(addresses, { again });
    } catch {
      // said below
    }
    if (result.copy) await quietly(keepFigures(result.copy));
    await tried(result);
  }

  /** Say what became of it; the page without a connection looks again at what it may open. */
  async function tried(result) {
    Object.assign(state, { outcome: result.outcome, faults: result.faults ?? 0 });
    if (result.sent.length && says.owner && location.pathname === says.today) {
      location.reload(); // what is due has changed, or the clinic has stopped the plan
      return;
    }
    if (result.stops && location.pathname === says.safety) {
      location.assign(says.today); // where it is said what to do: not to the same questions once more
      return;
    }
    const waits = await tell();
    if (waits.some((entry) => store.isAnswer(entry) && !entry.refused)) tryLater();
    if (waits.length && result.outcome === "offline") await quietly(askTheWorker());
    const untold = document.querySelector("[data-not-told]");
    if (untold && result.sent.includes(untold.dataset.notTold)) untold.hidden = true;
    document.dispatchEvent(new CustomEvent("outbox:tried", { detail: result }));
  }

  /** A safety answer that is still here is tried again a few times while the page is open. */
  function tryLater() {
    if (state.later || !AGAIN_MS.length) return;
    state.later = setTimeout(() => {
      state.later = null;
      work();
    }, AGAIN_MS.shift());
  }

  /** Keep the drawings of the session beside the copy, as text: they show an exercise and nobody's record. */
  async function keepFigures(copy) {
    const forms = copy.legs.map(({ session }) => session?.form ?? "");
    const page = new DOMParser().parseFromString(forms.join(""), "text/html");
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
    else await store.drop("leg"); // with a connection the server knows which leg was shown last
    const isTold = document.querySelector("[data-clinic-told]"); // the answer that waits here is being confirmed
    const waits = isTold ? await store.waiting(state.owner) : await tell();
    const isWhereCopiesAreMade = location.pathname === says.today || document.querySelector("[data-session-kept]");
    if (isShell || isWhereCopiesAreMade || waits.length) await work();
    if (!isShell) await keepShell();
  }

  // --- A log that cannot be sent now ------------------------------------------------------------

  /** Return whether a log may be sent at once: the server answers, and no safety answer waits before it. */
  async function isFree() {
    if (!navigator.onLine) return false;
    if (await isAnswerLeft()) return false;
    try {
      const asked = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) };
      return (await fetch(says.worker, asked)).status < 500;
    } catch {
      return false;
    }
  }

  const isLeft = async () => state.owner && (await store.waiting(state.owner)).some(store.isAnswer);

  /** Try to send the safety answers that wait; return whether one is left. */
  async function isAnswerLeft() {
    if (await isLeft()) await work();
    return isLeft();
  }

  /** Put a session, a run or a morning into the outbox as its form stands, with the answers it was begun with. */
  async function take(form, { answers = {}, read_at }) {
    const fields = [...new FormData(form)].filter(([name]) => !PLUMBING.includes(name));
    const told_at = new Date().toISOString();
    const entry = { key: form.elements.key.value, owner: state.owner, kind: form.dataset.told ?? "session", told_at, read_at, refused: null };
    await store.put({ ...entry, fields: [...fields, ...Object.entries(answers)] });
    document.dispatchEvent(new Event("session:kept"));
    localStorage.removeItem(`stridewell.session.${entry.key}`);
    await quietly(askTheWorker());
  }

  /** Let the browser send it when there is a connection, also when no page is open any more. */
  async function askTheWorker() {
    const worker = await navigator.serviceWorker?.getRegistration(says.scope);
    await worker?.sync?.register("outbox");
  }

  async function sendOrTake(form, submitter) {
    if (await isFree()) {
      form.dataset.reached = "yes";
      form.requestSubmit(submitter);
      return;
    }
    if (!window.stridewell.checked(form)) return;
    await take(form, { read_at: new Date(performance.timeOrigin).toISOString() });
    location.assign(says.shell);
  }

  /** Send a form that the outbox cannot hold, or leave it as it stands where it would go before a safety answer. */
  async function sendOrStay(form, submitter) {
    state.stays = !(await isFree());
    if (!state.stays) {
      go(form, submitter);
      return;
    }
    if (!navigator.onLine) state.outcome = "offline";
    await tell();
    place.scrollIntoView();
  }

  // --- Signing out ------------------------------------------------------------------------------------

  const dialog = document.querySelector("[data-signing-out]");

  async function signOut(form) {
    const before = await store.waiting(state.owner);
    if (before.length) await work({ again: true });
    const left = before.length ? await store.waiting(state.owner) : [];
    if (left.length && !(await isMeant(left))) return;
    document.dispatchEvent(new Event("session:kept")); // nothing is written down any more
    await store.wipe(state.owner);
    for (const slot of Object.keys(localStorage)) if (slot.startsWith("stridewell.")) localStorage.removeItem(slot);
    await (await navigator.serviceWorker?.getRegistration(says.scope))?.unregister();
    form.submit();
  }

  function isMeant(left) {
    const isUntold = left.some(store.isAnswer);
    dialog.querySelector("[data-count]").textContent = isUntold ? says.answer : inNumbers(left.length);
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
      const isLog = form.matches("[data-session]:not([data-copied]), [data-told]") && !form.dataset.reached;
      const isYes = !form.closest("[data-shell]") && !form.dataset.kept && form.querySelector(YES);
      const isBehind = form.matches("[data-behind]") && !form.dataset.kept;
      if (!isLog && !isYes && !isBehind && !form.matches("form.signout")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isYes) keepThenSend(form, event.submitter);
      else if (isLog) sendOrTake(form, event.submitter).catch(() => form.submit());
      else if (isBehind) sendOrStay(form, event.submitter).catch(() => go(form, event.submitter));
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
    if (!navigator.onLine && !navigator.serviceWorker?.controller) await stay();
    else go(form, submitter);
    moment.remove(); // whoever comes back to this page says something new
    delete form.dataset.keeping;
  }

  function go(form, submitter) {
    form.dataset.kept = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.kept;
  }

  /** Without a connection and without the worker no page would open: this one stays, and says that nobody was told. */
  async function stay() {
    await tried({ outcome: "offline", sent: [] });
    place.scrollIntoView();
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
    if (record) await store.keep("lock", lockOf(record, answersOf(record, fields)));
  }

  /** Return {code: answer} of what a form says to the safety set; "none of these" says no to what is silent. */
  function answersOf(record, fields) {
    const told = Object.fromEntries(fields);
    const answers = {};
    for (const { code } of record.safety) {
      const answer = told[code] || (told.none && "absent");
      if (answer) answers[code] = answer;
    }
    return answers;
  }

  /**
   * Return what a phone says after these answers: emergencies first, each advice once; and which questions about
   * emergencies are still open.  Where one of them is a yes already, no more is asked.
   */
  function lockOf(record, answers) {
    const yes = Object.keys(answers).filter((code) => answers[code] === "present");
    const found = record.safety.filter(({ code }) => yes.includes(code));
    const level = found.some((question) => question.level === "E") ? "E" : "D";
    const silent = level === "E" ? [] : record.safety.filter((question) => question.level === "E" && !answers[question.code]);
    const advice = [...new Set(found.map((question) => question.advice))];
    return { level, yes, headline: record.headlines[level], advice, left: silent.map(({ code }) => code), answers };
  }

  Object.assign(window.stridewell, { work, tried, take, lockOf });
  window.addEventListener("online", () => work());
  document.addEventListener("visibilitychange", async () => {
    if (!document.hidden && state.owner && (await store.waiting(state.owner)).length) work();
  });
  navigator.serviceWorker?.addEventListener("message", ({ data }) => tried(data)); // the worker has tried
  window.addEventListener("load", () => {
    const later = window.requestIdleCallback ?? ((act) => setTimeout(act, 200));
    later(() => {
      quietly(Promise.resolve(navigator.serviceWorker?.register(says.worker, { scope: says.scope })));
      quietly(begin());
    });
  });
})();
