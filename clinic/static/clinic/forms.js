// What every page's forms share: one tap sends once, the first mistake has the focus, a lost session is said.
// Without JavaScript the server still refuses the second of two sends, and shows each mistake at its field.
(() => {
  "use strict";
  const AGAIN_MS = 8000;

  function freed(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => freed(form), AGAIN_MS); // a lost connection must not lock the form
  });

  // A session that is kept by the server, or whose runner signs out, leaves nothing behind on this device.
  function forget(begins) {
    try {
      for (const slot of Object.keys(localStorage)) if (slot.startsWith(begins)) localStorage.removeItem(slot);
    } catch {
      // a browser without storage kept nothing
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.signout")) forget("stridewell.");
  });
  document.addEventListener("DOMContentLoaded", () => {
    const kept = document.querySelector("[data-session-kept]");
    if (kept) forget(`stridewell.session.${kept.dataset.sessionKept}`);
  });

  // What was typed into a password can be looked at.
  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("input[data-password]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-link show-password";
      button.textContent = field.dataset.password;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        const shown = field.type === "password";
        field.type = shown ? "text" : "password";
        button.setAttribute("aria-pressed", String(shown));
      });
      field.after(button);
      field.form?.addEventListener("submit", () => { field.type = "password"; }); // no browser remembers it as a text
    }
  });

  // The browser's "back" shows the page as it was left: its forms may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) freed(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const wrong = "[data-mistakes], .is-invalid:not([type=hidden]), [aria-invalid=true]:not([type=hidden])";
    const first = document.querySelector("main")?.querySelector(wrong);
    first?.closest("details")?.setAttribute("open", "");
    first?.focus();
  });

  // Signed out meanwhile: the sign-in page must not land inside a panel.  After signing in, the draft is put back.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = event.detail.xhr.responseURL;
    if (answered && /\/login\/$/.test(new URL(answered).pathname)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
})();
