// Looks at a session before it is kept on this device, as the server will look at it later: what it would refuse is
// said while it can still be answered.
(() => {
  "use strict";

  const said = (form, name) => new FormData(form).getAll(name).some((value) => value !== "");

  function faultsOf(form, { required, words }) {
    const found = [];
    for (const section of form.querySelectorAll(".my-step[data-step=exercise]")) {
      const part = `x${section.dataset.number}`;
      const isDone = said(form, `${part}_all`) || said(form, `${part}_sets`);
      const hasReason = said(form, `${part}_reason`) || said(form, `${part}_more`);
      if (!isDone && !hasReason) found.push([`${part}_sets`, words.noSets]);
      if (said(form, `${part}_instead`) && !hasReason) found.push([`${part}_reason`, words.noReason]);
    }
    for (const name of required) if (!said(form, name)) found.push([name, words.needed]);
    return found;
  }

  /** Return whether the form may be kept; else say at each field what is missing, and go to the first. */
  function checked(form) {
    const data = JSON.parse(document.getElementById("session-data").textContent);
    for (const old of form.querySelectorAll(".invalid")) old.remove();
    const faults = faultsOf(form, data);
    for (const [name, words] of faults) {
      const place = form.querySelector(`[name="${CSS.escape(name)}"]`).closest(".my-ask");
      const line = Object.assign(document.createElement("p"), { className: "invalid", textContent: words });
      line.setAttribute("role", "alert");
      (place.querySelector("legend, .form-label") ?? place.firstElementChild).after(line);
      place.closest("details")?.setAttribute("open", "");
    }
    const first = form.querySelector(".invalid");
    if (!first) return true;
    const steps = [...form.querySelectorAll(".my-step")];
    form.dispatchEvent(new CustomEvent("session:show", { detail: steps.indexOf(first.closest(".my-step")) }));
    first.closest(".my-ask").querySelector("input:not([type=hidden]), select, textarea")?.focus();
    return false;
  }

  Object.assign(window.stridewell, { checked });
})();
