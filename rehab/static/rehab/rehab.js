// Prints the page from a button; without JavaScript the browser's own menu prints the same page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
