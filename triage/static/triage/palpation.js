// The picture mirrors the list: a tap on a zone steps its tenderness 0-1-2-3, the list says the same.
(() => {
  "use strict";
  const STEPS = ["", "0", "1", "2", "3"];

  document.addEventListener("DOMContentLoaded", () => {
    for (const map of document.querySelectorAll("[data-palpation]")) {
      const zones = new Map([...map.querySelectorAll("[data-zone]")].map((zone) => [zone.dataset.zone, zone]));

      const mirror = (select) => {
        const zone = zones.get(select.dataset.zoneSelect);
        if (!zone) return;
        if (select.value === "") delete zone.dataset.level;
        else zone.dataset.level = select.value;
      };

      for (const select of map.querySelectorAll("[data-zone-select]")) {
        const zone = zones.get(select.dataset.zoneSelect);
        const row = select.closest(".zone-row");
        mirror(select);
        select.addEventListener("change", () => mirror(select));
        row.addEventListener("focusin", (event) => { if (row.contains(event.target)) row.classList.add("here"); });
        row.addEventListener("focusout", () => row.classList.remove("here"));
        select.addEventListener("focus", () => zone?.classList.add("here"));
        select.addEventListener("blur", () => zone?.classList.remove("here"));
        zone?.addEventListener("click", () => {
          select.value = STEPS[(STEPS.indexOf(select.value) + 1) % STEPS.length];
          select.dispatchEvent(new Event("change", { bubbles: true }));
        });
      }
      map.closest("form")?.addEventListener("draft:filled", () => {
        for (const select of map.querySelectorAll("[data-zone-select]")) mirror(select);
      });
    }
  });
})();
