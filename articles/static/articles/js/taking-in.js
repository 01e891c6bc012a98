// What is pasted into the search for a source and is more than words: it is offered if it is there
// already, or looked up, and fills the form of a new source. What somebody typed stays.
import { send } from "newsroom/parts"

// What may be an address, DOI, ISBN or bibliography; the server knows for sure.
const MAY_BE =
  /^\s*(https?:\/\/\S+\s*$|(doi:\s*)?10\.\d{4,9}\/\S+\s*$|(isbn[-:\s\d]*|[\d][\d -]{7,15})[\dx]\s*$|@\s*\w|%|TY {1,2}-|\d+\.\s*\nTY|[[{])/i
const FIRST = 250
const LONGEST = 2000

export const mayBe = (words) => MAY_BE.test(words)

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

// Asks the server; gives what it found, or null if that was given up (see `stop`).
export function lookUp(box, asked, { anyway = false } = {}) {
  const asking = { stopped: false }
  const data = new FormData()
  const own = box.closest("form").elements
  data.set("csrfmiddlewaretoken", own.namedItem("csrfmiddlewaretoken").value)
  data.set("asked", asked)
  data.set("tier", tier(box.closest("form")))
  if (anyway) data.set("anyway", "1")
  const first = send(box.dataset.takeIn, data).then(({ answer }) => answer)
  // What one may go on with by hand, if it is not answered at once.
  asking.meanwhile = first.then(
    (answer) => (answer.wait ? { byHand: answer.by_hand } : null),
    () => null,
  )
  asking.answer = (async () => {
    let answer = await first
    for (let pause = FIRST; answer.wait && !asking.stopped; pause = Math.min(pause * 1.5, LONGEST)) {
      await wait(pause)
      if (asking.stopped || !box.isConnected) return null
      const response = await fetch(answer.wait, { headers: { Accept: "application/json" } })
      if (response.status === 202) continue
      answer = await response.json()
    }
    return asking.stopped ? null : answer
  })()
  return asking
}

// How open what is cited here may be: of what is protected nobody is asked.
function tier(form) {
  const source = form.querySelector("[data-new-source]:not([hidden]) [name=source-tier]")?.value
  const citation = form.querySelector("[name=cite-tier]:checked")?.value
  return [source, citation].find((one) => one && one !== "named") ?? "named"
}

// Puts what was found into the form of a new source, and shows it as a reference.
export function fill(form, { fields }, reference = null) {
  const box = form.querySelector("[data-new-source]")
  for (const [name, value] of Object.entries(fields)) {
    const input = box.querySelector(`[name="source-${name}"]`)
    if (!input || input.type === "radio" || "typed" in input.dataset) continue
    input.value = value
  }
  const found = box.querySelector("[data-found]")
  found.replaceChildren(...(reference?.cloneNode(true).childNodes ?? []))
  found.hidden = !reference
}

// Forgets what was looked up: what follows is made by hand.
export function forget(form) {
  fill(form, { fields: { lookup: "", entry: "", same: "" } })
}

document.addEventListener("desk:dialog", (event) => {
  const box = event.detail.querySelector("[data-new-source]")
  if (!box) return
  const visible = [...box.querySelectorAll(":is(input:not([type=hidden]), textarea, select)")]
  // What came back from the server with a form that it refused was typed, or seen and left.
  if (!box.hidden) for (const input of visible) if (input.value) input.dataset.typed = ""
  for (const input of visible)
    for (const kind of ["input", "change"])
      input.addEventListener(kind, () => {
        input.dataset.typed = ""
      })
})
