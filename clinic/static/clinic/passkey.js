// A passkey is offered where the browser can use one; where it did not work the page says so.
(function () {
  "use strict";

  function show(selector, shown) {
    document.querySelectorAll(selector).forEach(function (node) {
      node.hidden = !shown;
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    const able = Boolean(window.PublicKeyCredential && navigator.credentials);
    show("[data-passkey]", able);
    show("[data-no-passkey]", !able);
  });

  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    show("[data-passkey-trouble]", true);
  });
})();
