// Select2 shows a field that no screen reader can name: it is given the name of its label.
"use strict";

// After Django has made the fields, which it does when jQuery is ready.
django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const shown = select.nextElementSibling;
    if (!label || !shown || !shown.classList.contains("select2-container")) continue;
    const name = label.textContent.trim().replace(/:$/, "");
    for (const part of shown.querySelectorAll('[role="combobox"], [role="textbox"]')) {
      part.setAttribute("aria-label", name);
    }
    // The combobox is named by the value in it otherwise, which may be none.
    shown.querySelector('[role="combobox"]')?.removeAttribute("aria-labelledby");
  }
});
