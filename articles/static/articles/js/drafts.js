// What is written is kept every few seconds, apart from the piece, until it is saved; and others
// see who is writing.
import { desk, form, notice, send, take, text } from "newsroom/parts"
import { isDirty, savedLine } from "newsroom/saving"
import { basedOn, differs, forgetHere, keepHere, keptHere, properties, putBack, texts } from "newsroom/shelter"

const PAUSE = 3_000
const BEAT = 25_000
let timer = 0
// Once the page is sent as a whole, or what it holds is given up, that is not kept apart from it any
// more: it could arrive later, and would then be taken for something new. One of "sent", "dropped".
let settled = ""
let visit = newVisit()

// Names the opened page, so that its parting word holds whatever arrives after it.
function newVisit() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

function data(more = {}) {
  const body = new FormData()
  body.set("csrfmiddlewaretoken", form.querySelector('[name="csrfmiddlewaretoken"]').value)
  for (const [name, value] of Object.entries(more)) body.set(name, value)
  return body
}

const written = () => data({ visit, based_on: basedOn(), properties: JSON.stringify(properties()), ...texts() })

function say(name) {
  const line = savedLine()
  if (line && isDirty()) line.textContent = text(name).replace("%(time)s", clock())
}

const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })

function expired(address) {
  notice(text("Expired"), "error")
  const link = Object.assign(document.createElement("a"), { href: address, textContent: text("LogIn") })
  document.getElementById("notices").lastElementChild.append(" ", link)
}

async function keep() {
  timer = 0
  if (!isDirty() || settled) return
  try {
    const { status, answer } = await send(desk.dataset.draftUrl, written())
    if (status === 401) {
      keepHere()
      expired(answer.login)
    } else if (status !== 200) throw new Error(status)
    else {
      forgetHere()
      await take(answer)
      return say("Kept")
    }
  } catch {
    if (settled) return
    keepHere()
    later()
  }
  return say("KeptHere")
}

function later() {
  settled = ""
  timer ||= setTimeout(keep, PAUSE)
}

async function beat() {
  if (document.hidden) return
  try {
    const { status, answer } = await send(desk.dataset.presenceUrl, data({ visit }))
    if (status === 200) await take(answer)
  } catch {
    // It is only to see who else is there.
  }
}

async function begin() {
  const here = keptHere()
  if (here && !document.querySelector("#conflict, #vanishing, #refused")) {
    const arrived = here.sent && document.querySelector("[data-arrived]")
    if (!arrived && differs(here)) {
      await putBack(here)
      document.getElementById("unsaved")?.remove()
      notice(text("Resumed"), "warning", true)
    } else forgetHere()
  }
  document.querySelector("[data-resume]")?.addEventListener("click", async () => {
    await putBack(JSON.parse(document.getElementById("kept").textContent))
    document.getElementById("unsaved").remove()
  })
  document.querySelector("[data-forget]")?.addEventListener("click", async ({ target }) => {
    if (!confirm(target.dataset.sure)) return
    await send(desk.dataset.draftUrl, data({ drop: "1" }))
    document.getElementById("unsaved").remove()
  })
  document.querySelector("[data-drop-mine]")?.addEventListener("click", () => {
    settled = "dropped"
  })
  form.addEventListener("input", later)
  document.addEventListener("desk:saved", () => {
    form.elements.namedItem("slug_was").value = form.elements.namedItem("slug").value
    clearTimeout(timer)
    timer = 0
    forgetHere()
  })
  document.addEventListener("desk:sent", () => {
    settled = "sent"
    keepHere({ sent: true })
  })
  if (isDirty()) later()
}

if (form && desk) {
  if ("writes" in desk.dataset) begin()
  beat()
  setInterval(beat, BEAT)
  addEventListener("pagehide", () => {
    if (settled === "dropped") {
      forgetHere()
      navigator.sendBeacon(desk.dataset.draftUrl, data({ drop: "1" }))
    } else if (isDirty() && !settled && !navigator.sendBeacon(desk.dataset.draftUrl, written()))
      // Too long for what a closing page may still send, it is kept here.
      keepHere()
    navigator.sendBeacon(desk.dataset.presenceUrl, data({ visit, leave: "1" }))
  })
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return
    settled = ""
    visit = newVisit()
    beat()
  })
}
