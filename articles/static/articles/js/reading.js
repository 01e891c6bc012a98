// Reading: what was read collects here and is recorded now and then, not key by key.
import { editor } from "newsroom/editor"
import { forget, unread } from "newsroom/claim-paint"
import { desk, form, knowledge, notice, send, take, text } from "newsroom/parts"
import { beforehand, saveIfNeeded } from "newsroom/saving"

const IDLE = 20_000
const pending = new Set()
let timer = 0

const data = () => {
  const body = new FormData()
  body.set("csrfmiddlewaretoken", form.querySelector('[name="csrfmiddlewaretoken"]').value)
  body.set("digests", [...pending].join(" "))
  return body
}

async function record(all = false) {
  clearTimeout(timer)
  if (!pending.size && !all) return
  const body = data()
  if (all) body.set("all", "1")
  const sent = [...pending]
  pending.clear()
  try {
    const { answer } = await send(desk.dataset.readingUrl, body)
    if (!all) answer.messages = []
    await take(answer)
  } catch {
    for (const digest of sent) pending.add(digest)
    notice(text("Offline"), "error")
    later()
  }
}

function later() {
  clearTimeout(timer)
  timer = setTimeout(record, IDLE)
}

function progress() {
  const bar = document.querySelector("#reading progress")
  const line = document.querySelector("#reading [data-progress]")
  if (!bar || !line) return
  const { sentences, unread: rest } = knowledge()
  const left = rest.filter((one) => !pending.has(one.digest)).length
  bar.value = sentences - left
  line.textContent =
    text("Of").replace("%(read)s", sentences - left).replace("%(all)s", sentences) +
    (pending.size ? ` · ${text("Recorded")}` : "")
}

// The unread sentences in reading order, where they stand: plain fields first.
async function places() {
  const instance = await editor
  const plain = (knowledge()?.unread ?? [])
    .filter((one) => one.place !== "body" && !pending.has(one.digest))
    .map((one) => ({ digest: one.digest, place: one.place, image: one.image }))
  if (instance)
    return { instance, plain, body: unread(instance).filter((one) => !pending.has(one.digest)) }
  const spans = [...document.querySelectorAll("#manuscript [data-sentence]")]
  return { instance: null, plain: [], body: spans.filter((span) => !pending.has(span.dataset.sentence)) }
}

async function note(digests) {
  for (const digest of digests) pending.add(digest)
  const instance = await editor
  if (instance) forget(instance, pending)
  for (const span of document.querySelectorAll("#manuscript [data-sentence]"))
    if (!instance && pending.has(span.dataset.sentence)) span.classList.remove("unread-sentence")
  tint()
  progress()
  later()
}

// Plain fields are inputs: what is unread in them shows at their edge.
function tint() {
  const unreadPlaces = new Set(
    (knowledge()?.unread ?? [])
      .filter((one) => one.place !== "body" && !pending.has(one.digest))
      .map((one) => `${one.place}:${one.image ?? ""}`),
  )
  for (const element of document.querySelectorAll("#manuscript [data-place]"))
    element.classList.toggle(
      "has-unread",
      unreadPlaces.has(`${element.dataset.place}:${element.dataset.image ?? ""}`),
    )
}

const elementOf = ({ place, image }) =>
  document.querySelector(
    image ? `#manuscript [data-image="${image}"]` : `#manuscript [data-place="${place}"]`,
  )

function jump(element) {
  element?.scrollIntoView({ block: "center" })
  for (const other of document.querySelectorAll(".is-next")) other.classList.remove("is-next")
  element?.classList.add("is-next")
}

function spanAt(element) {
  return element?.closest?.("[data-sentence]")
}

async function next() {
  const { instance, plain, body } = await places()
  const field = document.activeElement?.closest("#manuscript [data-place]:not([data-place=body])")
  const here = field && plain.find((one) => elementOf(one) === field)
  if (instance) {
    const at = instance.state.selection.from
    if (here) {
      await note([here.digest])
    } else if (instance.isFocused || !plain.length) {
      const sentence = body.find((one) => one.to >= at) ?? body[0]
      if (sentence) await note([sentence.digest])
    } else {
      const [first] = plain
      await note([first.digest])
    }
    const rest = await places()
    if (!instance.isFocused && rest.plain.length) {
      const element = elementOf(rest.plain[0])
      jump(element)
      element?.querySelector("textarea")?.focus()
      return
    }
    const following = rest.body.find((one) => one.from >= at) ?? rest.body[0]
    if (!following) {
      if (!rest.plain.length) notice(text("AllRead"))
      return
    }
    instance.chain().setTextSelection(following.from).scrollIntoView().focus().run()
    jump(document.querySelector(`.ProseMirror [data-sentence="${following.digest}"]`))
    return
  }
  const marked = document.querySelector("#manuscript .is-next[data-sentence]")
  const chosen = spanAt(getSelection().anchorNode?.parentElement)
  const sentence = (body.includes(marked) && marked) || (body.includes(chosen) && chosen) || body[0]
  if (sentence) await note([sentence.dataset.sentence])
  const rest = (await places()).body
  const following =
    rest.find((span) => sentence?.compareDocumentPosition(span) & Node.DOCUMENT_POSITION_FOLLOWING) ?? rest[0]
  if (following) jump(following)
  else notice(text("AllRead"))
}

async function paragraph() {
  const { instance, plain, body } = await places()
  if (instance) {
    const field = document.activeElement?.closest("#manuscript [data-place]:not([data-place=body])")
    if (field) return note(plain.filter((one) => elementOf(one) === field).map((one) => one.digest))
    const { $from } = instance.state.selection
    const [from, to] = [$from.start(), $from.end()]
    return note(body.filter((one) => one.from >= from && one.to <= to).map((one) => one.digest))
  }
  const sentence = document.querySelector("#manuscript .is-next[data-sentence]") ?? spanAt(getSelection().anchorNode?.parentElement)
  const block = sentence?.closest("p, h2, h3, li")
  return block ? note([...block.querySelectorAll("[data-sentence]")].map((span) => span.dataset.sentence)) : undefined
}

async function everything() {
  if (!(await saveIfNeeded())) return
  await record(true)
}

if (desk && "reads" in desk.dataset) {
  desk.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-read]")) event.preventDefault()
  })
  desk.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-read]")?.dataset.read
    if (!wanted) return
    event.preventDefault()
    event.target.closest("[popover]")?.hidePopover()
    ;({ next, paragraph, record: () => record(), all: everything })[wanted]()
  })
  addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyR") {
      event.preventDefault()
      next()
    }
  }, true)
  // Before the text is saved, so that what was read is recorded on the words that were read.
  beforehand.push(() => record())
  addEventListener("pagehide", () => {
    if (pending.size) navigator.sendBeacon(desk.dataset.readingUrl, data())
  })
  document.addEventListener("desk:parts", async () => {
    const instance = await editor
    if (pending.size && instance) forget(instance, pending)
    tint()
    progress()
  })
  tint()
} else if (desk) tint()
