// The dialog that takes the rail's place: a claim with its evidence, or a check. It is saved
// together with the text, in one go; what the server refuses comes back with nothing lost.
import { editor } from "newsroom/editor"
import { show } from "newsroom/claim-paint"
import { desk, form, notice, send, take, text } from "newsroom/parts"
import { back, claimAtCursor, currentClaim, select } from "newsroom/pairing"
import { clean, saveIfNeeded, stamp } from "newsroom/saving"

const dialog = document.getElementById("claim-dialog")
const NOBODY = "00000000-0000-0000-0000-000000000000"
const FIELDS = "#manuscript [data-place]:not([data-place=body]) > textarea"
// A claim that was marked for this dialog only goes again if nothing comes of it.
let fresh = null
// Words selected in a plain field before the dialog was opened: where, and which.
let selected = null
// The plain field that a dialog was opened from: the cursor goes back there.
let cameFrom = null

const url = (name, id) => desk.dataset[name].replace(NOBODY, id)
const dialogForm = () => dialog.querySelector("form")

async function fill(html) {
  dialog.innerHTML = html
  document.dispatchEvent(new CustomEvent("desk:dialog", { detail: dialog }))
  voice()
}

function focusFirst() {
  const wrong = dialog.querySelector(".form-row--wrong :is(input:not([type=hidden]), textarea, select)")
  const first = dialog.querySelector(
    ".claim-dialog__body :is(textarea, input:not([type=hidden], [type=radio], [type=checkbox]), [type=radio]:checked, [type=radio])",
  )
  const target = wrong ?? first ?? dialog
  target.closest("details")?.setAttribute("open", "")
  target.focus()
}

async function open(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } })
    if (!response.ok) throw new Error(response.status)
    await fill(await response.text())
  } catch {
    notice(text("Offline"), "error")
    await drop()
    return
  }
  if (!dialog.open) dialog.show()
  focusFirst()
}

async function drop() {
  const instance = await editor
  if (fresh && instance) {
    instance.commands.removeClaim(fresh)
    show(instance, { pending: null })
  }
  fresh = null
}

// To where the cursor was: in the text, or in a field.
async function leave() {
  dialog.close()
  dialog.replaceChildren()
  const field = cameFrom
  cameFrom = null
  await drop()
  if (!field) return back()
  // The browser has given it the focus when the dialog closed, and forgets the cursor in it.
  const { selectionStart, selectionEnd } = field
  field.blur()
  field.focus()
  return field.setSelectionRange(selectionStart, selectionEnd)
}

// A new claim's dialog lies ready in the page: opening it asks nobody.
async function openNew(id, words) {
  const blank = document.getElementById("new-claim")
  await fill(blank.innerHTML.replaceAll(NOBODY, id))
  dialog.querySelector('[name="claim-statement"]').value = words
  if (!dialog.open) dialog.show()
  focusFirst()
}

async function openClaim(id, { citation = "" } = {}) {
  const address = new URL(url("claimUrl", id), location.href)
  if (citation) address.searchParams.set("citation", citation)
  await open(address)
}

// Marks the selected words, as a new claim or as a further passage of one, and asks for the rest.
async function mark(id = crypto.randomUUID(), isNew = true) {
  const instance = await editor
  if (!instance || !("writes" in desk.dataset)) return
  // The browser tells the editor of a selection a moment later; what is seen selected is marked.
  instance.view.domObserver.flush()
  let { from, to } = instance.state.selection
  const { doc, selection } = instance.state
  const { empty } = selection
  // White space at the ends of a selection states nothing.
  while (from < to && !doc.textBetween(from, from + 1, "", "\n").trim()) from += 1
  while (to > from && !doc.textBetween(to - 1, to, "", "\n").trim()) to -= 1
  const words = doc.textBetween(from, to, " ", " ").trim()
  if (empty || !words || document.activeElement?.matches(FIELDS)) {
    const chosen = fieldSelection()
    if (chosen && isNew) {
      selected = chosen
      cameFrom = chosen.field
      await openNew(id, chosen.words)
      useSelection()
      return
    }
    notice(text("Select"), "warning")
    return
  }
  instance.chain().setTextSelection({ from, to }).addClaim(id).setTextSelection(to).run()
  show(instance, { pending: id })
  fresh = id
  if (isNew) await openNew(id, words)
  else await openClaim(id)
}

async function check(id) {
  if (!id) return notice(text("Which"), "warning")
  if (!(await saveIfNeeded())) return
  await open(url("checkUrl", id))
}

// One key: the words changed, and the check still holds. On record.
async function uphold(id) {
  if (!id) return notice(text("Which"), "warning")
  if (!(await saveIfNeeded())) return
  const button = document.querySelector(`[data-claim="${id}"] [data-act="uphold"]`)
  if (!button) return
  const data = new FormData()
  data.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value)
  data.set("seen", button.dataset.seen)
  try {
    const { answer } = await send(url("upholdUrl", id), data)
    await take(answer)
    if (answer.claim) await select(answer.claim, { from: "parts" })
  } catch {
    notice(text("Offline"), "error")
  }
}

function fieldSelection() {
  const fields = [...document.querySelectorAll(FIELDS)]
  // A field keeps its selection when it is left: the one in use comes first.
  fields.sort((one, other) => (other === document.activeElement) - (one === document.activeElement))
  for (const field of fields) {
    const words = field.value.slice(field.selectionStart, field.selectionEnd).trim()
    if (words && field.selectionEnd > field.selectionStart) {
      const image = field.name.match(/^(images-\d+)-caption$/)
      const key = image && form.elements.namedItem(`${image[1]}-id`)?.value
      return { field, place: image ? `caption:${key}` : field.name, words }
    }
  }
  return null
}

function useSelection() {
  const chosen = fieldSelection() ?? selected
  if (!chosen) return notice(text("Select"), "warning")
  const place = dialog.querySelector('[name="also-place"]')
  const words = dialog.querySelector('[name="also-words"]')
  if (!place) return
  place.value = chosen.place
  words.value = chosen.words
  place.closest("details")?.setAttribute("open", "")
}

function voice() {
  const reported = dialog.querySelector('[name="claim-voice"]:checked')?.value === "reported"
  for (const part of dialog.querySelectorAll("[data-when-voice]"))
    part.hidden = !reported && !part.querySelector("input")?.value
}

function everything(extra = {}) {
  const own = dialogForm()
  const data = own.dataset.sends === "article" ? new FormData(form) : new FormData()
  for (const [name, value] of new FormData(own)) {
    if (name === "csrfmiddlewaretoken") data.set(name, value)
    else data.append(name, value)
  }
  for (const [name, value] of Object.entries(extra)) data.set(name, value)
  return data
}

let busy = false

async function submit(extra) {
  if (busy) return
  busy = true
  const own = dialogForm()
  const button = dialog.querySelector(".claim-dialog__foot .button--primary")
  button.setAttribute("aria-busy", "true")
  const sent = stamp()
  const sendsText = own.dataset.sends === "article" && !extra
  try {
    const { answer } = await send(own.getAttribute("action"), everything(extra))
    if (answer.paint) {
      fresh = null
      const instance = await editor
      if (instance) show(instance, { pending: null })
      if (sendsText) clean(sent)
      await take(answer)
    }
    if (answer.dialog) {
      await fill(answer.dialog)
      focusFirst()
    } else {
      if (answer.claim) await select(answer.claim, { from: "parts" })
      await leave()
    }
  } catch {
    notice(text("Offline"), "error")
    const line = document.createElement("p")
    line.className = "notice notice--error"
    line.setAttribute("role", "alert")
    line.textContent = text("Offline")
    dialog.querySelector(".claim-dialog__body")?.prepend(line)
  } finally {
    busy = false
    dialog.querySelector(".claim-dialog__foot .button--primary")?.removeAttribute("aria-busy")
  }
}

if (dialog) {
  dialog.addEventListener("submit", (event) => {
    event.preventDefault()
    submit()
  })
  dialog.addEventListener("click", async (event) => {
    const { target } = event
    const id = dialogForm()?.dataset.claim
    if (target.closest("[data-close]")) leave()
    if (target.closest("[data-use-selection]")) useSelection()
    const edited = target.closest("[data-edit-citation]")?.dataset.editCitation
    if (edited) openClaim(id, { citation: edited })
    const removed = target.closest("[data-remove-citation]")?.dataset.removeCitation
    if (removed) submit({ action: "remove", citation: removed })
    const withdraw = target.closest("[data-withdraw]")
    if (withdraw && confirm(withdraw.dataset.sure)) submit({ action: "withdraw" })
  })
  dialog.addEventListener("change", (event) => {
    if (event.target.name === "claim-voice") voice()
  })
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault()
      leave()
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      submit()
    }
  })
  desk.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-act], [data-tool]")) event.preventDefault()
  })
  document.getElementById("rail").addEventListener("click", async (event) => {
    const button = event.target.closest("[data-act]")
    if (!button) return
    const id = button.closest("[data-claim]").dataset.claim
    await select(id, { from: "rail" })
    if (button.dataset.act === "open") openClaim(id)
    if (button.dataset.act === "check") check(id)
    if (button.dataset.act === "uphold") uphold(id)
    if (button.dataset.act === "anchor") mark(id, false)
    if (button.dataset.act === "withdraw") {
      await openClaim(id)
      dialog.querySelector("[data-withdraw]")?.focus()
    }
  })
  document.querySelector('[data-tool="claim"]')?.addEventListener("click", () => mark())
  addEventListener("keydown", async (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return
    const letter = event.code
    const sources = dialog.open && dialog.querySelector("#source-words")
    if (letter === "KeyS" && sources) {
      event.preventDefault()
      sources.focus()
    }
    if (letter === "KeyC" && !dialog.open && "writes" in desk.dataset) {
      event.preventDefault()
      mark()
    }
    if (letter === "KeyK" && !dialog.open && "checks" in desk.dataset) {
      event.preventDefault()
      const instance = await editor
      check(instance?.isFocused ? await claimAtCursor() : currentClaim())
    }
    if (letter === "KeyH" && !dialog.open && "checks" in desk.dataset) {
      event.preventDefault()
      const instance = await editor
      uphold(instance?.isFocused ? await claimAtCursor() : currentClaim())
    }
    if (letter === "KeyS" && !dialog.open && "cites" in desk.dataset) {
      event.preventDefault()
      const instance = await editor
      const id = instance?.isFocused ? await claimAtCursor() : currentClaim()
      if (!id) return notice(text("Which"), "warning")
      await openClaim(id)
      dialog.querySelector("#source-words")?.focus()
    }
  }, true)
  document.addEventListener("selectionchange", () => {
    const chosen = dialog.open ? null : fieldSelection()
    if (chosen) selected = chosen
  })
}

