// Keeps what is typed into a form marked data-draft="<address>", and offers it again after a closed browser.
// Without JavaScript the form works the same, only nothing is kept before it is saved.
(() => {
  "use strict";
  const WAIT_MS = 800;

  function say(form, text) {
    const place = form.querySelector(".draft-state");
    if (place) place.textContent = text;
  }

  function fill(form, fields) {
    for (const [name, values] of Object.entries(fields)) {
      for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
        else if (control.type !== "hidden") control.value = values[0] ?? "";
      }
    }
    form.dispatchEvent(new Event("draft:filled", { bubbles: true }));
  }

  async function keep(form, address) {
    try {
      const answer = await fetch(address, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      say(form, answer.ok ? "Draft kept" : "The draft could not be kept");
    } catch {
      say(form, "No connection: the draft is not kept");
    }
  }

  async function restore(form, address) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const fields = answer.ok ? await answer.json() : {};
      if (Object.keys(fields).length) {
        fill(form, fields);
        say(form, "Your unsaved draft was put back");
      }
    } catch {
      // The page shows the saved values; there is no draft to lose.
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const address = form.dataset.draft;
      let timer = 0;
      if (!form.querySelector(".is-invalid")) restore(form, address);
      form.addEventListener("input", () => {
        clearTimeout(timer);
        say(form, "…");
        timer = setTimeout(() => keep(form, address), WAIT_MS);
      });
      form.addEventListener("submit", () => clearTimeout(timer));
    }
  });
})();
