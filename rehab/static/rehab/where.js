// The picture mirrors the list of ticks: each zone is a check box of its own, by touch, by mouse and by keyboard.
// Without this file the list alone is used.
(() => {
  "use strict";

  const wire = (map) => {
    const ticks = new Map([...map.querySelectorAll("input[name=zones]")].map((tick) => [tick.value, tick]));
    const zones = [...map.querySelectorAll("[data-zone]")];

    const show = () => {
      for (const zone of zones) zone.setAttribute("aria-checked", String(ticks.get(zone.dataset.zone).checked));
    };
    const turn = (zone) => {
      const tick = ticks.get(zone.dataset.zone);
      tick.checked = !tick.checked;
      tick.dispatchEvent(new Event("change", { bubbles: true }));
    };

    for (const zone of zones) {
      const tick = ticks.get(zone.dataset.zone);
      const leg = tick.closest("fieldset").querySelector("legend").textContent.trim();
      zone.setAttribute("role", "checkbox");
      zone.setAttribute("tabindex", "0");
      zone.setAttribute("aria-label", `${leg}: ${tick.parentElement.textContent.trim()}`);
      zone.addEventListener("click", () => turn(zone));
      zone.addEventListener("keydown", (event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        turn(zone);
      });
    }
    map.addEventListener("change", show);
    show();
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-where]").forEach(wire));
})();
