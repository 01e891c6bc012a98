// Comments beside the text: on words, a claim, a citation or the piece.
import { editor } from "newsroom/editor"
import { show } from "newsroom/claim-paint"
import { desk, form, notice, send, text } from "newsroom/parts"
import { currentClaim, pane, select } from "newsroom/pairing"
import { saveIfNeeded } from "newsroom/saving"

const rail = document.getElementById("rail")
const FIELDS = "#manuscript [data-place]:not([data-place=body]) > textarea"
let subject = { about: "piece" }
let asked = false

const list = () => document.getElementById("comments")

function put({ html, open, passages }) {
  list().innerHTML = html
  rail.querySelector("[data-comment-count]").textContent = open
  editor.then((instance) => instance && show(instance, { commented: passages }))
  tell()
}

async function load() {
  const response = await fetch(desk.dataset.commentsUrl, { headers: { Accept: "application/json" } })
  if (!response.ok) return
  asked = true
  put(await response.json())
}

// What the next comment is about: words that are selected, or the claim that is current.
async function chosen() {
  const field = document.activeElement?.matches(FIELDS) ? document.activeElement : null
  if (field) {
    const words = field.value.slice(field.selectionStart, field.selectionEnd).trim()
    const image = field.parentElement.dataset.image
    if (words)
      return { about: "passage", place: image ? `caption:${image}` : field.name, words, near: field.selectionStart }
  }
  const instance = await editor
  if (instance) {
    instance.view.domObserver.flush()
    const { from, to, empty } = instance.state.selection
    const words = instance.state.doc.textBetween(from, to, "\n", "\n").trim()
    if (!empty && words)
      return { about: "passage", place: "body", words, near: instance.state.doc.textBetween(0, from, "\n", "\n").length }
  } else {
    const words = getSelection().toString().trim()
    const place = getSelection().anchorNode?.parentElement?.closest("#manuscript [data-read-only], #manuscript [id^=id_]")
    if (words && place) return { about: "passage", place: place.id.replace("id_", ""), words, near: 0 }
  }
  const id = currentClaim()
  return id ? { about: "claim", claim: id, words: rail.querySelector(`[data-claim="${id}"] .claim-card__statement`)?.textContent } : { about: "piece" }
}

function tell() {
  const place = list().querySelector("[data-comment-about]")
  if (place) place.textContent = subject.about === "piece" ? text("ThePiece") : `„${subject.words}“`
}

async function open(about) {
  subject = about ?? (await chosen())
  pane("claims")
  rail.querySelector('[data-filter="comments"]')?.click()
  if (!asked) await load()
  tell()
  list().querySelector("#comment-text")?.focus()
}

async function act(button) {
  const action = button.dataset.comment
  const box = button.closest("[data-thread], [data-comment-new]")
  const field = box.querySelector("[data-comment-text]")
  const body = new FormData()
  body.set("csrfmiddlewaretoken", form.querySelector('[name="csrfmiddlewaretoken"]').value)
  body.set("action", action)
  body.set("text", field.value)
  if (box.dataset.thread) body.set("thread", box.dataset.thread)
  else {
    // A comment is about words as they are saved.
    if (subject.about === "passage" && !(await saveIfNeeded())) return
    for (const [name, value] of Object.entries(subject)) body.set(name, value)
  }
  try {
    const { status, answer } = await send(desk.dataset.commentsUrl, body)
    if (!answer.html) throw new Error(status)
    const kept = field.value
    if (status === 200 && !box.dataset.thread) subject = { about: "piece" }
    put(answer)
    const again = box.dataset.thread
      ? list().querySelector(`[data-thread="${box.dataset.thread}"]`)
      : list().querySelector("[data-comment-new]")
    if (status !== 200) again.querySelector("[data-comment-text]").value = kept
    ;(status === 200 ? again : again.querySelector("[data-comment-text]"))?.focus()
  } catch {
    notice(text("Offline"), "error")
  }
}

async function lead(thread) {
  if (thread.dataset.aboutClaim) await select(thread.dataset.aboutClaim)
  if (thread.dataset.place && thread.dataset.place !== "body")
    document.querySelector(`#manuscript [data-place="${thread.dataset.place}"]`)?.scrollIntoView({ block: "center" })
  document.querySelector(`#manuscript [data-commented="${thread.dataset.thread}"]`)?.scrollIntoView({ block: "center" })
}

if (rail?.querySelector('[data-filter="comments"]')) {
  rail.addEventListener("click", (event) => {
    const { target } = event
    if (target.closest('[data-filter="comments"]') && !asked) load()
    const button = target.closest("[data-comment]")
    if (button) return act(button)
    const row = target.closest("[data-comment-on]")
    if (row) return open({ about: "citation", citation: row.dataset.commentOn, words: row.dataset.words })
    const thread = target.closest("[data-thread]")
    if (thread && !target.closest("textarea")) lead(thread)
  })
  rail.addEventListener("change", ({ target }) => {
    if (!("commentMention" in target.dataset) || !target.value) return
    const field = list().querySelector("#comment-text")
    field.setRangeText(`@${target.value} `, field.selectionStart, field.selectionEnd, "end")
    target.value = ""
    field.focus()
  })
  rail.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-comment-text]")) {
      event.preventDefault()
      event.stopPropagation()
      act(event.target.closest("[data-thread], [data-comment-new]").querySelector("[data-comment]"))
    }
  })
  addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyM") {
      event.preventDefault()
      open()
    }
  }, true)
  // The rail was brought anew, and with it an empty list.
  document.addEventListener("desk:parts", (event) => {
    if (!event.detail.parts?.rail) return
    if (asked) load()
  })
  const wanted = location.hash.match(/^#comment-(.+)$/)
  if (wanted || location.hash === "#comments")
    load().then(() => {
      rail.querySelector('[data-filter="comments"]').click()
      if (wanted) document.getElementById(location.hash.slice(1))?.focus()
    })
}
