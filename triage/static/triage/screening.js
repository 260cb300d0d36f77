// "None of these" answers the rest of a list with no, and its end takes those answers back: silence is never a no.
// Without JavaScript the server does the same when the form is sent.
(() => {
  "use strict";
  const AGAIN_MS = 3000;
  const answers = (row) => Object.fromEntries([...row.querySelectorAll("[type=radio]")].map((one) => [one.value, one]));

  function say(list, contradicts) {
    const place = list.querySelector("[data-none-says]");
    if (place) place.textContent = contradicts ? place.dataset.noneSays : "";
  }

  function answerRest(list) {
    for (const row of list.querySelectorAll(".ask-row")) {
      const { present, absent } = answers(row);
      if (!absent || present.checked || absent.checked) continue;
      absent.checked = true;
      row.dataset.byNone = "yes";
    }
  }

  // Only what was tapped one by one stays; where that is not known any more, the list is silent again.
  function takeBack(list) {
    const rows = [...list.querySelectorAll(".ask-row")];
    const known = rows.some((row) => row.dataset.byNone);
    for (const row of rows) {
      const { absent, not_assessed: silent } = answers(row);
      if (absent?.checked && (row.dataset.byNone || !known)) silent.checked = true;
      delete row.dataset.byNone;
    }
  }

  // One thumb: the next list comes up by itself.
  function goOn(list) {
    const next = list.nextElementSibling;
    if (!next || !window.matchMedia("(max-width: 999px)").matches) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    next.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  document.addEventListener("change", (event) => {
    const control = event.target;
    const list = control.closest(".ask");
    const none = list?.querySelector("[data-none]");
    if (!none) return;
    say(list, false);
    if (control !== none) {
      delete control.closest(".ask-row")?.dataset.byNone;
      if (control.value !== "absent") none.checked = false;
    } else if (!none.checked) {
      takeBack(list);
    } else if (list.querySelector('[value="present"]:checked')) {
      none.checked = false;
      say(list, true);
    } else {
      answerRest(list);
      goOn(list);
    }
  }, true);

  // A draft may be older than a question: "none of these" holds for what was shown then, not for what is new.
  document.addEventListener("draft:filled", (event) => {
    for (const none of event.target.querySelectorAll("[data-none]:checked")) {
      const silent = none.closest(".ask").querySelector('[value="not_assessed"]:checked');
      if (silent) none.checked = false;
    }
  }, true);

  // A send waits for the judgement under way: it may be keeping an alarm, which makes a new version of the record.
  let judging = 0;
  let isHeld = false;
  document.addEventListener("htmx:beforeRequest", () => { judging += 1; });
  document.addEventListener("htmx:afterRequest", () => { judging = Math.max(0, judging - 1); });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[hx-post]")) return;
    isHeld = judging > 0;
    if (!isHeld) return;
    const { target: form, submitter } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.addEventListener("htmx:afterRequest", () => setTimeout(() => form.requestSubmit(submitter), 50), { once: true });
  }, true);

  const panel = () => document.getElementById("level-panel");

  // ``what`` names one of the sentences that stand on the panel, in the language of the page.
  function warn(what) {
    const place = panel();
    if (!place) return;
    place.querySelector(".unjudged")?.remove();
    const note = document.createElement("p");
    note.className = "note note-error unjudged";
    note.setAttribute("role", "alert");
    note.textContent = place.dataset[what];
    place.prepend(note);
  }

  // What contradicts itself is shown in the panel too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { status } = event.detail.xhr;
    const isPanel = event.detail.xhr.getResponseHeader("HX-Reswap");
    if (status === 422 || isPanel) event.detail.shouldSwap = true;
    else if (status === 409) warn("changed");
    else if (status >= 400) warn("unjudged");
  });
  // An answer that was lost on the way, or never came, is asked for anew: what it stored, the server knows.
  // A send that waits brings every answer itself: on a dead link it would wait for each new asking, and never go.
  function askAgain(event) {
    warn("offline");
    setTimeout(() => { if (!isHeld) window.htmx.trigger(event.detail.elt, "level:again"); }, AGAIN_MS);
  }
  document.addEventListener("htmx:sendError", askAgain);
  document.addEventListener("htmx:timeout", askAgain);

  // Only a level that changed is read aloud, not the whole panel at every tap.
  document.addEventListener("htmx:afterSwap", () => {
    const said = document.querySelector("[data-level-said]");
    const level = panel()?.querySelector(".level")?.textContent.trim();
    const words = level ? `${level}. ${panel().querySelector(".do-now")?.textContent.trim() ?? ""}` : "";
    if (said && said.textContent !== words) said.textContent = words;
  });
})();
