// Going from change to change, by button or by the keys N and P.

const places = [...document.querySelectorAll("[data-changes] .is-changed")]
const step = document.querySelector("[data-change-step]")
let current = -1

function say() {
  const status = step.querySelector("[data-template]")
  const { template, one, many } = status.dataset
  const words = current >= 0 ? template : places.length === 1 ? one : many
  status.textContent = words.replace("{at}", current + 1).replace("{all}", places.length)
}

function go(by) {
  places[current]?.classList.remove("is-current")
  // From nowhere, the next change is the first one and the previous one the last.
  const from = current < 0 && by < 0 ? 0 : current
  current = (from + by + places.length) % places.length
  const place = places[current]
  place.classList.add("is-current")
  place.closest("details")?.setAttribute("open", "")
  place.setAttribute("tabindex", "-1")
  place.focus({ preventScroll: true })
  place.scrollIntoView({ block: "center" })
  say()
}

if (step && places.length) {
  step.hidden = false
  say()
  for (const button of step.querySelectorAll("button")) {
    button.addEventListener("click", () => go(Number(button.dataset.to)))
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (event.target.closest("input, textarea, select, [contenteditable]")) return
    const by = { n: 1, p: -1 }[event.key.toLowerCase()]
    if (by) {
      event.preventDefault()
      go(by)
    }
  })
}
