// Says one minute before somebody is signed out that it is so, in every tab at once, and lets them stay by a tap.
// Only what a person does counts: opening a page, sending a form, this tap.  Without JavaScript the server signs out all
// the same, and shows what was typed.
(() => {
  "use strict";
  const KEY = "stridewell-acted";
  const WARN_MS = 60_000;

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("stay");
    if (!dialog) return;
    const idle = Number(dialog.dataset.idle) * 1000;
    const acted = () => localStorage.setItem(KEY, String(Date.now()));
    const left = () => idle - (Date.now() - Number(localStorage.getItem(KEY) ?? 0));

    acted();
    dialog.querySelector("button").addEventListener("click", async () => {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
      try {
        const answer = await fetch(dialog.dataset.stay, { method: "POST", body, credentials: "same-origin" });
        if (answer.ok && !answer.redirected) acted();
      } catch {
        // No connection: the next look says how long is left.
      }
      if (left() > WARN_MS || left() <= 0) dialog.close();
    });
    setInterval(() => {
      const over = left() <= 0;
      dialog.querySelector("[data-soon]").hidden = over;
      dialog.querySelector("[data-over]").hidden = !over;
      if (left() > WARN_MS) dialog.close();
      else if (!dialog.open && !dialog.dataset.told) dialog.showModal();
      if (over) dialog.dataset.told = "yes";
    }, 1000);
  });
})();
