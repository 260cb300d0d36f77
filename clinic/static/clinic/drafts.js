// Keeps what is typed into a form marked data-draft="<name of the form>", and offers it again after a closed browser.
// The address stands on the page as data-drafts, with "form" in the place of the name.
// Only what differs from the page as it came is kept: what somebody else changed meanwhile is never typed over.
// Without JavaScript the form works the same, only nothing is kept before it is saved.
(() => {
  "use strict";
  const WAIT_MS = 800;
  const PLUMBING = ["csrfmiddlewaretoken", "patient", "version", "sheet"];

  function addressOf(form) {
    const name = form.dataset.draft;
    const pattern = form.closest("[data-drafts]")?.dataset.drafts;
    return name.includes("/") || !pattern ? name : pattern.replace(/form\/$/, `${encodeURIComponent(name)}/`);
  }

  // ``what`` names one of the sentences that stand on the page, in its language.
  function say(form, what) {
    const place = form.querySelector(".draft-state");
    if (place) place.textContent = place.dataset[what];
    return place;
  }

  function same(one, other) {
    return one.length === other.length && one.every((value, at) => value === other[at]);
  }

  // What was typed, by name; a box that was emptied stands there as one empty value.
  function typed(form, asItCame) {
    const now = new FormData(form);
    const names = new Set([...asItCame.keys(), ...now.keys()].filter((name) => !PLUMBING.includes(name)));
    return [...names]
      .map((name) => [name, now.getAll(name)])
      .filter(([name, values]) => !same(values, asItCame.getAll(name)))
      .map(([name, values]) => [name, values.length ? values : [""]]);
  }

  function bodyOf(form, fields) {
    const body = new FormData();
    for (const name of PLUMBING) if (form.elements[name]) body.set(name, form.elements[name].value);
    for (const [name, values] of fields) for (const value of values) body.append(name, value);
    if (!fields.length) body.set("draft", "discard");
    return body;
  }

  function fill(form, fields) {
    let found = 0;
    for (const [name, values] of Object.entries(fields)) {
      const controls = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
      found += controls.length ? 1 : 0;
      for (const control of controls) {
        if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
        else if (!["hidden", "submit"].includes(control.type)) control.value = values[0] ?? "";
      }
    }
    if (found) form.dispatchEvent(new Event("draft:filled", { bubbles: true }));
    return found;
  }

  async function send(form, address, body, signal) {
    try {
      const answer = await fetch(address, { method: "POST", body, signal, credentials: "same-origin" });
      if (answer.redirected) say(form, "signedOut");
      else if (answer.status === 409) say(form, "changed");
      else say(form, answer.ok ? "kept" : "fault");
      return answer.ok && !answer.redirected;
    } catch {
      if (!signal?.aborted) say(form, "offline");
      return false;
    }
  }

  function offerDiscard(form, address) {
    const place = say(form, "putBack");
    if (!place) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link";
    button.textContent = place.dataset.discard;
    button.addEventListener("click", async () => {
      if (await send(form, address, bodyOf(form, []))) window.location.reload();
    });
    place.append(" ", button);
  }

  async function restore(form, address) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const fields = answer.ok && !answer.redirected ? await answer.json() : {};
      if (fill(form, fields)) offerDiscard(form, address);
    } catch {
      // The page shows the saved values; there is no draft to lose.
    }
  }

  function keep(form) {
    const address = addressOf(form);
    const asItCame = new FormData(form);
    let timer = 0;
    let sending = null;

    const keepNow = () => {
      timer = 0;
      sending?.abort();
      sending = new AbortController();
      return send(form, address, bodyOf(form, typed(form, asItCame)), sending.signal);
    };
    const keepSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(keepNow, WAIT_MS);
    };
    form.addEventListener("input", keepSoon);
    form.addEventListener("change", keepSoon);
    // What is being saved is no draft any more.
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      timer = 0;
      sending?.abort();
    });
    // A phone may close the page before the wait is over.
    window.addEventListener("pagehide", () => {
      if (timer) navigator.sendBeacon(address, bodyOf(form, typed(form, asItCame)));
    });
    if (!form.querySelector(".is-invalid, [aria-invalid=true]")) restore(form, address);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-draft]")) keep(form);
  });
})();
