// What waits on this phone, in words, and what its owner may do about it.  The words stand in the page's own language
// in the section [data-outbox].  Nothing is deleted here unless its owner says so twice.
(() => {
  "use strict";
  const { store } = self.stridewell;
  const place = document.querySelector("[data-outbox]");
  const says = place.dataset;
  const WHY = { offline: says.offline, fault: says.away, signedOut: says.signedOut };
  const state = { owner: says.owner, outcome: "", faults: 0, isSent: false, stays: false };

  function made(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  const line = (textContent, className = "") => made("p", { textContent, className });

  function button(text, act, look = "btn-outline-primary") {
    const node = made("button", { type: "button", className: `btn ${look}`, textContent: text });
    node.addEventListener("click", act);
    return node;
  }

  const inNumbers = (count) => (count === 1 ? says.one : says.many.replace("{n}", count));

  /** Return whom to call, by the number in the copy; nothing where the copy is gone. */
  async function call() {
    const { phone } = (await store.read("record"))?.clinic ?? {};
    if (!phone) return [];
    const link = made("a", { href: `tel:${phone}`, className: "btn btn-call", textContent: says.call.replace("{phone}", phone) });
    return [made("p", { className: "my-call" }, link)];
  }

  /** Note that all was sent, once nothing waits any more: what went before a yes that waits is no news beside it. */
  async function noteSent() {
    if (!(await store.read("sent"))) return;
    await store.drop("sent");
    state.isSent ||= !document.querySelector("[data-clinic-told]"); // the page says so itself
  }

  /** Say what waits, why, and what was refused, nothing where nothing waits.  While a yes waits no session begins. */
  async function tell() {
    const waits = state.owner ? await store.waiting(state.owner) : [];
    if (state.owner && !waits.length) await noteSent();
    for (const way of document.querySelectorAll("[data-begins]")) way.hidden = waits.some(store.isYes);
    const lines = state.isSent && !waits.length ? [line(says.sent, "my-sent")] : [];
    const answers = waits.filter(store.isAnswer);
    const logs = waits.filter((entry) => !store.isAnswer(entry) && !entry.refused);
    if (answers.length) lines.push(line(says.answer, "urgent-not-told"), ...(await call()));
    if (logs.length) lines.push(line(inNumbers(logs.length)));
    if (logs.length && answers.length) lines.push(line(says.behind));
    if (state.stays) lines.push(line(says.stays));
    if (waits.length || state.stays) lines.push(...reasons());
    if (answers.some((entry) => !entry.refused)) lines.push(ways(button(says.again, sendAgain)));
    lines.push(...waits.filter((entry) => entry.refused).map(refusal));
    place.hidden = !lines.length;
    place.replaceChildren(...lines);
    return waits;
  }

  /** Return why it waits: the server cannot be asked, or could not take all of it. */
  function reasons() {
    const why = WHY[state.outcome];
    if (!why) return state.faults ? [line(says.fault)] : [];
    return says.owner ? [line(why), ...signIn()] : []; // the page without a connection says it in its first line
  }

  function signIn() {
    if (state.outcome !== "signedOut") return [];
    return [made("p", {}, made("a", { href: says.today, textContent: says.signIn }))];
  }

  const ways = (...buttons) => made("div", { className: "my-ways" }, ...buttons);
  const sendAgain = () => window.stridewell.work({ again: true });

  function refusal(entry) {
    const when = new Date(entry.told_at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const why = made("ul", {}, ...entry.refused.map((textContent) => made("li", { textContent })));
    const what = line(`${says.refused} ${says.written.replace("{when}", when)}`);
    const open = store.isAnswer(entry) ? [] : [button(says.mend, () => window.stridewell.openAgain(entry), "btn-primary")];
    const buttons = [...open, button(says.again, sendAgain), button(says.drop, () => dropped(entry), "btn-link")];
    return made("div", { className: "my-refused" }, what, why, line(says.keeps, "my-small"), ways(...buttons));
  }

  async function dropped(entry) {
    if (!window.confirm(says.sure)) return;
    await store.remove(entry.key);
    await tell();
  }

  Object.assign(window.stridewell, { tell, state, made, inNumbers });
})();
