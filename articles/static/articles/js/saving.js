// Saving without losing one's place; what cannot be saved so is sent as a whole page.
import { desk, form, notice, refresh, send, take, text } from "newsroom/parts"
import { keepHere } from "newsroom/shelter"

let dirty = false
let version = 0
let under = null
let leaving = false

export const savedLine = () => document.querySelector("[data-saved]")

// What is to be done before a save, each a function that may take its time.
export const beforehand = []

export const isDirty = () => dirty

export function changed() {
  dirty = true
  version += 1
  const line = savedLine()
  if (line) line.textContent = text("Unsaved")
}

export function clean(upTo = version) {
  if (upTo !== version) return changed()
  dirty = false
  document.dispatchEvent(new CustomEvent("desk:saved"))
}

export const stamp = () => version

// The page goes as a whole, and with it what was written.
function leave() {
  leaving = true
  document.dispatchEvent(new CustomEvent("desk:sent"))
}

function submitWhole(submitter) {
  leave()
  if (submitter) form.requestSubmit(submitter)
  else form.submit()
}

async function save() {
  for (const step of beforehand) await step()
  const sent = version
  const data = new FormData(form)
  const line = savedLine()
  if (line) line.textContent = text("Saving")
  try {
    const { answer } = await send(form.getAttribute("action"), data)
    if (answer.submit) return submitWhole(), false
    if (answer.login && keepHere()) {
      leaving = true
      location.assign(answer.login)
      return false
    }
    if (answer.location) {
      clean(sent)
      leaving = true
      location.assign(answer.location)
      if (new URL(answer.location, location.href).pathname === location.pathname) location.reload()
      return true
    }
    if (!answer.stale) throw new Error("not saved")
    await take(answer)
    clean(sent)
    await refresh()
    return true
  } catch {
    if (line) line.textContent = text("Unsaved")
    notice(text("Failed"), "error")
    return false
  }
}

// Saves what there is; gives whether it is saved. Two at once are one after the other.
export function saveNow() {
  under = (under ?? Promise.resolve()).then(save)
  return under
}

export const saveIfNeeded = () => (dirty ? saveNow() : Promise.resolve(true))

if (form && desk && "writes" in desk.dataset) {
  form.addEventListener("input", (event) => {
    // What the dialog or the view itself holds is no part of the piece.
    if (event.target.name && event.target.name !== "pane" && event.target.name !== "confirmed") changed()
  })
  form.addEventListener("change", (event) => {
    if (event.target.name && event.target.name !== "pane" && event.target.name !== "confirmed") changed()
  })
  form.addEventListener("submit", (event) => {
    const { submitter } = event
    if (leaving || submitter?.hasAttribute("formaction")) return
    // A choice made beside a conflict goes with the whole page.
    if (submitter && "native" in submitter.dataset) {
      leave()
      if (submitter.name === "based_on")
        for (const input of form.querySelectorAll('input[type="hidden"][name="based_on"]')) input.disabled = true
      return
    }
    event.preventDefault()
    saveNow()
  })
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return
    if (event.key !== "s" && event.key !== "Enter") return
    if (document.querySelector("#claim-dialog[open]")) return
    event.preventDefault()
    saveNow()
  }, true)
  addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault()
  })
  // A page that came back refused holds what is not saved.
  if (document.querySelector("#refused, #conflict, #vanishing")) changed()
}
