// Text and evidence go together: a claim chosen in one is shown in the other.
import { editor } from "newsroom/editor"
import { passages, show } from "newsroom/claim-paint"

let current = null
let origin = null

const rail = document.getElementById("rail")
const cards = () => [...rail.querySelectorAll(".claim-card:not([hidden])")]
const wide = () => matchMedia("(min-width: 56.01rem)").matches

export const currentClaim = () => current

export function pane(name) {
  const radio = document.getElementById(`pane-${name}`)
  if (radio) radio.checked = true
}

function scrollInto(element, pane) {
  if (!element || !pane) return
  const inner = element.getBoundingClientRect()
  const outer = pane.getBoundingClientRect()
  if (inner.top < outer.top + 72 || inner.bottom > outer.bottom - 40)
    element.scrollIntoView({ block: "center" })
}

export async function select(id, { focus = false, from = "rail" } = {}) {
  current = id
  for (const card of rail.querySelectorAll(".claim-card"))
    card.classList.toggle("is-current", card.dataset.claim === id)
  const instance = await editor
  if (instance) show(instance, { current: id })
  for (const mark of document.querySelectorAll("[data-read-only] .claim-mark"))
    mark.classList.toggle("is-current", mark.dataset.claim === id)
  if (!id) return
  const card = rail.querySelector(`.claim-card[data-claim="${id}"]`)
  const mark = document.querySelector(
    `#manuscript [data-mark="${id}"], [data-read-only] .claim-mark[data-claim="${id}"], #manuscript .claim-mark[data-claim="${id}"]`,
  )
  if (wide() || from === "text") scrollInto(card, rail.querySelector(".evidence-rail__list"))
  if (from !== "text") scrollInto(mark, document.getElementById("text-pane"))
  if (focus) card?.focus({ preventScroll: true })
}

async function remember() {
  const instance = await editor
  if (instance?.isFocused) origin = instance.state.selection
}

// Back to the text, where the cursor was.
export async function back() {
  pane("text")
  const instance = await editor
  if (!instance) {
    document.getElementById("text-pane").focus()
    return
  }
  instance.commands.focus(undefined, { scrollIntoView: true })
  origin = null
}

function step(by) {
  const list = cards()
  const at = list.findIndex((card) => card.dataset.claim === current)
  const next = list[Math.max(0, Math.min(list.length - 1, at < 0 && by < 0 ? list.length - 1 : at + by))]
  if (next) select(next.dataset.claim, { focus: true })
}

let filtered = "all"

function filter(which) {
  filtered = which
  const talk = document.getElementById("comments")
  if (talk) talk.hidden = which !== "comments"
  rail.querySelector(".evidence-rail__list").hidden = which === "comments"
  for (const button of rail.querySelectorAll("[data-filter]"))
    button.setAttribute("aria-pressed", String(button.dataset.filter === which))
  for (const card of rail.querySelectorAll(".claim-card"))
    card.hidden = which === "need" && !("need" in card.dataset)
}

if (rail) {
  rail.addEventListener("click", (event) => {
    const which = event.target.closest("[data-filter]")?.dataset.filter
    if (which) return filter(which)
    const card = event.target.closest(".claim-card")
    if (card && !event.target.closest("[data-act]")) select(card.dataset.claim)
  })
  document.getElementById("manuscript").addEventListener("click", (event) => {
    const mark = event.target.closest(".claim-mark")
    const id = mark?.dataset.mark ?? mark?.dataset.claim ?? mark?.closest("[data-claim]")?.dataset.claim
    if (id) select(id, { from: "text" })
  })
  // Nothing has the focus at first: the keys work from anywhere on the page.
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault()
      remember()
      step(event.key === "ArrowDown" ? 1 : -1)
    }
    if (event.key === "Escape" && rail.contains(document.activeElement)) back()
  })
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-claims]")) {
      event.preventDefault()
      pane("claims")
      filter("need")
      rail.querySelector(".evidence-rail__list").focus()
    }
  })
  document.addEventListener("desk:parts", (event) => {
    if (event.detail.parts?.rail) filter(filtered)
    if (event.detail.parts?.rail) select(event.detail.claim ?? current, { from: "parts" })
  })
}

export async function claimAtCursor() {
  const instance = await editor
  if (!instance) return current
  const id = instance.getAttributes("claim").id
  return id && passages(instance, id).length ? id : current
}
