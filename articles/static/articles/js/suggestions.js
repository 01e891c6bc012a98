// Sentences that ask to be checked, one after the other: one key makes a claim of it, one sets it
// aside for good.
import { editor } from "newsroom/editor"
import { show } from "newsroom/claim-paint"
import { desk, form, notice, send, text } from "newsroom/parts"
import { back } from "newsroom/pairing"
import { saveIfNeeded } from "newsroom/saving"

const bar = document.getElementById("suggestion")
let waiting = []
let at = 0

// Where the words stand in the document, which may be ahead of what was saved.
function range(instance, { block, words }) {
  const found = []
  let index = -1
  instance.state.doc.descendants((node, place) => {
    if (!node.isTextblock) return true
    index += 1
    const start = node.textBetween(0, node.content.size, "", () => "\n").indexOf(words)
    if (start >= 0) found.push({ index, from: place + 1 + start, to: place + 1 + start + words.length })
    return false
  })
  return found.sort((one, other) => Math.abs(one.index - block) - Math.abs(other.index - block))[0]
}

async function present() {
  const instance = await editor
  while (waiting.length && !range(instance, waiting[at % waiting.length])) waiting.splice(at % waiting.length, 1)
  if (!waiting.length) {
    close()
    return notice(text("NoSuggestions"))
  }
  at %= waiting.length
  const one = waiting[at]
  bar.querySelector("[data-suggestion-why]").textContent = `${one.kinds.join(", ")} · ${at + 1}/${waiting.length}`
  bar.querySelector("[data-suggestion-words]").textContent = one.words
  bar.hidden = false
  show(instance, { proposed: one.words })
  document.querySelector("#manuscript .proposed")?.scrollIntoView({ block: "center" })
  bar.focus({ preventScroll: true })
}

async function begin() {
  if (!(await saveIfNeeded())) return
  const response = await fetch(desk.dataset.suggestionsUrl, { headers: { Accept: "application/json" } })
  if (!response.ok) return notice(text("Offline"), "error")
  waiting = (await response.json()).suggestions
  at = 0
  await present()
}

async function close() {
  bar.hidden = true
  const instance = await editor
  if (instance) show(instance, { proposed: "" })
  await back()
}

async function decide(what) {
  const one = waiting[at]
  if (what === "close") return close()
  if (what === "skip") at += 1
  if (what === "accept") {
    const instance = await editor
    const { from, to } = range(instance, one)
    instance.chain().setTextSelection({ from, to }).addClaim(crypto.randomUUID()).setTextSelection(to).run()
    waiting.splice(at, 1)
  }
  if (what === "dismiss") {
    const body = new FormData()
    body.set("csrfmiddlewaretoken", form.querySelector('[name="csrfmiddlewaretoken"]').value)
    body.set("digest", one.digest)
    try {
      const { status } = await send(desk.dataset.suggestionsUrl, body)
      if (status !== 200) throw new Error(status)
    } catch {
      return notice(text("Offline"), "error")
    }
    waiting.splice(at, 1)
  }
  return present()
}

const KEYS = { Enter: "accept", Delete: "dismiss", Backspace: "dismiss", ArrowDown: "skip", Escape: "close" }

if (bar) {
  document.querySelector("[data-suggest]")?.addEventListener("click", ({ target }) => {
    target.closest("[popover]")?.hidePopover()
    begin()
  })
  bar.addEventListener("click", (event) => {
    const what = event.target.closest("[data-suggestion]")?.dataset.suggestion
    if (what) decide(what)
  })
  bar.addEventListener("keydown", (event) => {
    if (event.target !== bar && event.key === "Enter") return
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    decide(KEYS[event.key])
  })
  addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyG") {
      event.preventDefault()
      begin()
    }
  }, true)
}
