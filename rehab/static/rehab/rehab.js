// Prints the page from a button; without JavaScript the browser's own menu prints the same page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A refusal (422) and a conflict (409) are pages to be read: show them where htmx would drop them.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// An exercise that reached an end of the list: the other arrow takes the focus that a disabled one cannot keep.
document.addEventListener("htmx:afterSettle", (event) => {
  const used = event.detail.requestConfig?.triggeringEvent?.submitter;
  const arrow = used && document.getElementById(used.id);
  if (!arrow || !used.closest(".item-tools")) return;
  const other = arrow.form.querySelector("button:not([disabled])");
  (arrow.disabled ? other : arrow)?.focus({ preventScroll: true });
});
