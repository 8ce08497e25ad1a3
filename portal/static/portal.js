// The one script on every page. Pages work without it; with it, counts count, files can be
// dropped, passwords can be shown, and a double click sends a form once.
import * as govuk from "./vendor/govuk-frontend.min.js";
import * as moj from "./vendor/moj-frontend.min.js";

// The design systems look for these two classes before they start. They usually come from an
// inline script, which our content security policy does not allow.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

// A question that belongs to one answer shows when that answer is chosen. The design system's own
// way puts aria-expanded on radios, which the role does not allow, so we do it here.
function reveal(box) {
  const target = document.getElementById(box.dataset.reveals);
  target?.classList.toggle(`govuk-${box.type === "radio" ? "radios" : "checkboxes"}__conditional--hidden`, !box.checked);
}
const revealing = [...document.querySelectorAll("input[data-aria-controls]")];
revealing.forEach((box) => {
  box.dataset.reveals = box.dataset.ariaControls;
  box.removeAttribute("data-aria-controls");
  reveal(box);
});
document.addEventListener("change", () => revealing.forEach(reveal));
// Coming back with the browser's button restores answers after scripts have run.
window.addEventListener("pageshow", () => revealing.forEach(reveal));

govuk.initAll();
govuk.createAll(moj.MultiSelect);
govuk.createAll(moj.SortableTable);

// Filters start shut on a narrow screen, where they would push the list out of sight.
if (window.matchMedia("(max-width: 48em)").matches) {
  document.querySelectorAll("[data-module='portal-filters']").forEach((filters) => {
    filters.open = false;
  });
}
