// Keeps what is typed into a form marked data-draft="<name of the form>", and offers it again after a closed browser.
// The address stands on the page as data-drafts, with "form" in the place of the name.
// Without JavaScript the form works the same, only nothing is kept before it is saved.
(() => {
  "use strict";
  const WAIT_MS = 800;

  function addressOf(form) {
    const name = form.dataset.draft;
    const pattern = form.closest("[data-drafts]")?.dataset.drafts;
    return name.includes("/") || !pattern ? name : pattern.replace(/form\/$/, `${encodeURIComponent(name)}/`);
  }

  function say(form, text) {
    const place = form.querySelector(".draft-state");
    if (place) place.textContent = text;
    return place;
  }

  function fill(form, fields) {
    const names = new Set([...form.elements].map((control) => control.name).filter((name) => name in fields));
    for (const name of names) {
      const values = fields[name];
      for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
        else if (control.type !== "hidden") control.value = values[0] ?? "";
      }
    }
    // A box that was emptied is not posted, so its absence from the draft means that it is empty.
    for (const box of form.querySelectorAll("input[type=checkbox]")) if (!(box.name in fields)) box.checked = false;
    form.dispatchEvent(new Event("draft:filled", { bubbles: true }));
  }

  async function send(form, address, body) {
    try {
      const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
      say(form, answer.ok ? "Draft kept" : "The draft could not be kept");
      return answer.ok;
    } catch {
      say(form, "No connection: the draft is not kept");
      return false;
    }
  }

  function offerDiscard(form, address) {
    const place = say(form, "Your unsaved draft was put back. ");
    if (!place) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link";
    button.textContent = "Throw it away";
    button.addEventListener("click", async () => {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.set("draft", "discard");
      if (await send(form, address, body)) window.location.reload();
    });
    place.append(button);
  }

  async function restore(form, address) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const fields = answer.ok ? await answer.json() : {};
      if (Object.keys(fields).length) {
        fill(form, fields);
        offerDiscard(form, address);
      }
    } catch {
      // The page shows the saved values; there is no draft to lose.
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const address = addressOf(form);
      let timer = 0;
      const keepNow = () => send(form, address, new FormData(form));
      if (!form.querySelector(".is-invalid")) restore(form, address);
      const keepSoon = () => {
        clearTimeout(timer);
        timer = setTimeout(keepNow, WAIT_MS);
      };
      form.addEventListener("input", keepSoon);
      form.addEventListener("change", keepSoon);
      form.addEventListener("submit", () => clearTimeout(timer));
    }
  });
})();
