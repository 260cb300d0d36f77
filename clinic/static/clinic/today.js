// Today's list in place: what a person wrote wrongly, or too late, is shown instead of the list.
// Without JavaScript the same answers are pages of their own.
(() => {
  "use strict";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (![409, 422].includes(event.detail.xhr.status)) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
})();
