// "None of these" answers the rest of a list with no; a yes takes the tick away again.
// Without JavaScript the server does the same when the form is sent.
(() => {
  "use strict";

  function answerRest(list) {
    for (const row of list.querySelectorAll(".ask-row")) {
      const yes = row.querySelector('[value="present"]');
      const no = row.querySelector('[value="absent"]');
      if (yes && no && !yes.checked) no.checked = true;
    }
  }

  document.addEventListener("change", (event) => {
    const control = event.target;
    const list = control.closest(".ask");
    if (!list) return;
    const none = list.querySelector("[data-none]");
    if (control === none) {
      if (!none.checked) return;
      if (list.querySelector('[value="present"]:checked')) none.checked = false;
      else answerRest(list);
    } else if (none && control.value !== "absent") {
      none.checked = false;
    }
  }, true);

  // What contradicts itself or came too late is shown in the panel too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status === 422) event.detail.shouldSwap = true;
    if (status === 409) {
      const panel = document.getElementById("level-panel");
      panel.textContent = "The record changed while this page was open. Load the page again: your draft is kept.";
      panel.className = "note note-error";
    }
  });
})();
