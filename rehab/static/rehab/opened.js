// A log that the clinic did not take: opened as the form it was, mended, and put back in its place in the outbox.
// It keeps its key, and leaves the phone no sooner than any other: when the server has said that it keeps it.
(() => {
  "use strict";
  const { store, fresh, formOf, work, tried, state, made, PLUMBING } = window.stridewell;
  const says = document.querySelector("[data-outbox]").dataset;

  /** Lead to the form of what waits, drawn by the server with what is wrong beside the fields. */
  async function openAgain(entry) {
    let known = { outcome: "offline" };
    try {
      known = await fresh({ copy: says.copy });
    } catch {
      // said below
    }
    if (known.outcome) return tried({ ...known, sent: [] });
    const why = (entry.refused ?? []).map((sentence) => ["refused", sentence]);
    const fields = [...formOf(entry), ...why, ["csrfmiddlewaretoken", known.token]];
    const inputs = fields.map(([name, value]) => made("input", { type: "hidden", name, value }));
    const form = made("form", { method: "post", action: says.open, hidden: true }, ...inputs);
    document.body.append(form);
    return form.submit();
  }

  async function waitingAt(key) {
    return (await store.waiting(state.owner)).find((entry) => entry.key === key);
  }

  /** Put the form in the place of what waits under its key: what it does not ask stays as it was told.  Then send it. */
  async function putBack(form) {
    const key = form.dataset.opened;
    const entry = await waitingAt(key);
    if (entry) {
      const asked = new Set([...form.elements].map(({ name }) => name));
      const told = [...new FormData(form)].filter(([name]) => !PLUMBING.includes(name));
      const fields = [...entry.fields.filter(([name]) => !asked.has(name)), ...told];
      await store.put({ ...entry, fields, refused: null });
      await work();
    }
    const left = await waitingAt(key);
    if (left?.refused) await openAgain(left);
    else location.assign(says.today);
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-opened]")) return;
    event.preventDefault();
    putBack(event.target).catch(() => location.assign(says.today));
  });

  Object.assign(window.stridewell, { openAgain });
})();
