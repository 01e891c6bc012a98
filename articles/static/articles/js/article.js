// Comfort only: the page is complete without this module.
// Pairs a passage with its notes on hover, lets the words themselves open the sheet on phones, and
// closes a sheet when one of its links leads elsewhere on the page.
for (const mark of document.querySelectorAll(".claim-mark")) {
  const notes = mark.dataset.claims.split(" ").map((claim) => document.getElementById(`note-${claim}`)).filter(Boolean);
  const pair = (on) => [mark, ...notes].forEach((el) => el.classList.toggle("is-paired", on));
  for (const el of [mark, ...notes]) {
    el.addEventListener("pointerenter", () => pair(true));
    el.addEventListener("pointerleave", () => pair(false));
  }
  mark.addEventListener("click", (event) => {
    if (event.target.closest("a, button") || !getSelection().isCollapsed) return;
    const buttons = notes.flatMap((note) => [...document.querySelectorAll(`[popovertarget="${note.id}"]:not([popovertargetaction])`)]);
    const button = buttons.find((one) => one.checkVisibility());
    if (!button) return;
    button.focus({ preventScroll: true }); // so that closing gives the place back
    button.click();
  });
}
for (const note of document.querySelectorAll(".side-note")) {
  note.addEventListener("click", (event) => {
    if (event.target.closest("a") && note.matches(":popover-open")) note.hidePopover();
  });
}
