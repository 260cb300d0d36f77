// The page that opens without a connection.  It asks the safety set first, every time; a yes locks the copy and says
// what to do; only a calm set opens the session, which is the same form, driven by the same script, as with a
// connection.  What is out of date, or stopped by the clinic, opens nothing.
(() => {
  "use strict";
  const { store, take, lockOf, work, state, made } = window.stridewell;
  const main = document.querySelector("[data-shell]");
  const CLOCKS_APART_MS = 60 * 60 * 1000;
  const part = (name) => main.querySelector(`[data-part="${name}"]`);

  function show(...names) {
    for (const section of main.querySelectorAll("[data-part]")) section.hidden = !names.includes(section.dataset.part);
    const heading = main.querySelector("[data-part]:not([hidden]) :is(h1, h2)");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  /** Fill in whom to call; the numbers stand in the copy, the words on the page. */
  function fillNumbers({ phone, emergency_number: number }) {
    for (const [kind, value] of [["phone", phone], ["emergency", number]]) {
      for (const link of main.querySelectorAll(`[data-call="${kind}"]`)) {
        link.hidden = !value;
        link.href = `tel:${value}`;
        link.querySelector("[data-number]").textContent = value;
      }
    }
  }

  function paragraphs(place, texts, className) {
    place.replaceChildren(...texts.map((textContent) => Object.assign(document.createElement("p"), { className, textContent })));
  }

  function today() {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  }

  const isOutOfDate = (copy) =>
    Date.now() > Date.parse(copy.valid_until) || Date.now() < Date.parse(copy.made) - CLOCKS_APART_MS;

  const isStopped = (copy) => ["emergency", "stop"].includes(copy?.stop);

  /** Say with a stop that it could be a clot, where nobody has ruled one out. */
  function sayClot(copy) {
    part("stopped").querySelector("[data-clot]").hidden = !copy.could_be_clot;
  }

  // --- A case for each leg -------------------------------------------------------------------------

  /** Return the copy as it is about one leg: the one chosen on this page, else the one shown last with a connection. */
  async function readCopy() {
    const record = await store.read("record");
    if (!record) return null;
    const legs = record.legs ?? [record]; // a copy that was made by an older page
    const chosen = await store.read("leg");
    return { ...record, legs, ...(legs.find(({ leg }) => leg === chosen) ?? legs[0]) };
  }

  /** Say which leg this is about and how the others stand, and offer them. */
  function sayLegs(copy) {
    const place = main.querySelector("[data-legs]");
    const says = place.dataset;
    const words = (sentence, { calf }) => sentence.replace("{calf}", calf);
    const others = copy.legs.filter(({ leg }) => leg !== copy.leg);
    place.replaceChildren(
      ...others.map((other) => {
        const stands = isStopped(other)
          ? made("strong", { textContent: `${words(says.stopped, other)}. ${words(says.rests, other)}` })
          : words(says.too, other);
        const show = made("button", { type: "button", className: "btn btn-outline-primary", textContent: words(says.show, other) });
        show.addEventListener("click", () => choose(other));
        return made("div", { className: "my-other-leg" }, made("p", {}, `${words(says.about, copy)} `, stands), show);
      }),
    );
  }

  async function choose({ leg }) {
    await store.keep("leg", leg);
    location.reload(); // what was ticked of the other leg's session is kept under its own key
  }

  /** Return what was begun of this leg with this copy; nothing where it was of an older one. */
  async function begunOf(copy) {
    const begun = (await store.read("begun"))?.[copy.leg];
    return begun?.made === copy.made ? begun : null;
  }

  async function keepBegun(copy, begun) {
    await store.keep("begun", { ...(await store.read("begun")), [copy.leg]: begun });
  }

  // --- What there is to show -----------------------------------------------------------------------

  async function open() {
    const copy = await readCopy();
    const lock = await store.read("lock");
    if (!copy) return show("none");
    state.owner = copy.owner;
    fillNumbers(copy.clinic);
    sayClot(copy);
    sayLegs(lock || isOutOfDate(copy) ? { legs: [] } : copy);
    if (lock) return showLock(copy, lock);
    if (isOutOfDate(copy)) return show("old");
    if (isStopped(copy)) return show("stopped");
    if (!copy.session) return show("nothing");
    const begun = await begunOf(copy);
    const waits = await store.waiting(copy.owner);
    if (begun?.isDone) return show(waits.some((entry) => entry.key === begun.key) ? "kept" : "sent");
    if (copy.session.day > today()) return show("later");
    if (begun && Date.now() - begun.at < copy.safety_holds_ms) return openSession(copy, begun);
    return ask(copy);
  }

  // --- The safety set ------------------------------------------------------------------------------

  function ask(copy, { only = null, known = {} } = {}) {
    const form = part("ask").querySelector("form");
    const place = form.querySelector("[data-questions]");
    place.innerHTML = copy.questions; // drawn by the server, from its own texts
    for (const question of copy.safety) {
      const field = form.querySelector(`[name="${CSS.escape(question.code)}"]`);
      if (only && !only.includes(question.code)) field.closest("li").remove();
    }
    form.onsubmit = (event) => {
      event.preventDefault();
      answered(copy, form, event.submitter?.name === "none", only ?? copy.safety.map((question) => question.code), known);
    };
    part("ask").querySelector("[data-first]").hidden = Boolean(only);
    part("ask").querySelector("[data-more]").hidden = !only;
    part("missing").hidden = true;
    show(...(only ? ["locked", "ask"] : ["ask"]));
  }

  async function answered(copy, form, isNone, asked, known) {
    const answers = { ...known };
    for (const code of asked) {
      const answer = form.elements[code].value || (isNone ? "absent" : "");
      if (answer) answers[code] = answer;
    }
    if (Object.values(answers).includes("present")) return stop(copy, answers);
    if (asked.some((code) => !answers[code])) {
      show("ask", "missing");
      part("missing").focus();
      return undefined;
    }
    const newest = await readCopy(); // it may have come while these were answered, and hold a stop
    if (newest?.leg === copy.leg) await keepBegun(newest, { made: newest.made, key: crypto.randomUUID(), at: Date.now(), answers });
    return open();
  }

  /** Put the answers at the head of what waits, lock the copy, say what to do; then ask what is still to be asked. */
  async function stop(copy, answers) {
    const lock = lockOf(copy, answers);
    const told_at = new Date().toISOString();
    const entry = { key: crypto.randomUUID(), owner: copy.owner, kind: "safety", told_at, read_at: copy.made };
    const leg = copy.leg ? [["leg", copy.leg]] : []; // of a runner with a case for each leg
    await store.put({ ...entry, refused: null, fields: [...leg, ...Object.entries(answers)] });
    await store.keep("lock", lock); // after the answer: a lock without one would fall with the next copy
    await store.drop("begun");
    sayLegs({ legs: [] }); // it stops them all
    await showLock(copy, lock);
    work();
  }

  async function showLock(copy, lock) {
    const section = part("locked");
    const isEmergency = lock.level === "E";
    section.querySelector("[data-now]").hidden = !isEmergency;
    section.querySelector("[data-today]").hidden = isEmergency;
    section.querySelector("[data-call=emergency]").hidden = !isEmergency || !copy.clinic.emergency_number;
    paragraphs(section.querySelector("[data-advice]"), [...lock.advice, lock.headline], "my-large");
    const waits = await store.waiting(copy.owner);
    section.querySelector("[data-untold]").hidden = !waits.some((entry) => entry.kind === "safety");
    if (lock.left?.length) ask(copy, { only: lock.left, known: lock.answers });
    else show("locked");
  }

  // --- The session ---------------------------------------------------------------------------------

  async function openSession(copy, begun) {
    const form = part("session").querySelector("form");
    const { session } = copy;
    const page = new DOMParser().parseFromString(session.form, "text/html"); // nothing is fetched from in there
    await drawFigures(page);
    form.replaceChildren(...page.body.childNodes);
    form.elements.key.value = begun.key;
    form.elements.day.value = form.elements.day.max = today();
    const limit = new DOMParser().parseFromString(session.limit, "text/html");
    form.before(...limit.body.children);
    const data = document.createElement("script");
    Object.assign(data, { type: "application/json", id: "session-data", textContent: JSON.stringify({ ...session.data, key: begun.key }) });
    form.after(data);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(copy, begun, form);
    });
    show("session");
    document.head.append(Object.assign(document.createElement("script"), { type: "module", src: main.dataset.session }));
  }

  async function drawFigures(page) {
    const figures = (await store.read("figures")) ?? {};
    for (const node of page.querySelectorAll("picture :is(img, source)")) {
      const name = node.localName === "img" ? "src" : "srcset";
      const drawing = figures[node.getAttribute(name)];
      node.removeAttribute("loading");
      if (drawing) node.setAttribute(name, `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`);
      else if (name === "src") node.closest("picture").replaceWith(node.alt);
    }
  }

  async function save(copy, begun, form) {
    if (!window.stridewell.checked(form)) return;
    await take(form, { answers: begun.answers, read_at: copy.made });
    await keepBegun(copy, { ...begun, isDone: true });
    location.reload(); // the page as it stands after a session, and nothing of the form left
  }

  // --- Begin ----------------------------------------------------------------------------------------

  document.addEventListener("outbox:tried", ({ detail: { outcome } }) => {
    for (const node of main.querySelectorAll("[data-outcome]")) node.hidden = node.dataset.outcome !== outcome;
    const isBusy = !part("session").hidden || !part("ask").hidden;
    if (outcome === "reached" && isBusy) sayStopped();
    else if (outcome === "reached") open();
    if (outcome === "signedOut" && !isBusy && part("locked").hidden) show("gone"); // the copy went with the sign-in
  });
  /** Say above what is being filled in that the clinic has stopped the plan; it may still be saved. */
  async function sayStopped() {
    const copy = await readCopy();
    const isNews = part("locked").hidden && part("stopped").hidden && isStopped(copy);
    if (!isNews) return;
    sayClot(copy);
    part("stopped").hidden = false;
    part("stopped").scrollIntoView();
  }

  open().catch(() => show("none"));
})();
