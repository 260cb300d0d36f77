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
