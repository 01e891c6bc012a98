// Talking with the server without leaving the text: it answers with parts of the page.
import { editor } from "newsroom/editor"
import { paint } from "newsroom/claim-paint"

export const desk = document.getElementById("desk")
export const form = document.getElementById("article_form")
export const text = (name) => desk.dataset[`text${name}`]

let known = JSON.parse(document.getElementById("paint")?.textContent ?? "null")

export const knowledge = () => known

export function notice(words, kind = "success", lasting = kind === "error") {
  const notices = document.getElementById("notices")
  const line = document.createElement("p")
  line.className = `notice notice--${kind}`
  line.textContent = words
  notices.replaceChildren(line)
  if (!lasting) setTimeout(() => line.remove(), 6000)
}

// Sends a form's data; gives { status, answer }. Throws where no answer came.
export async function send(url, data) {
  const response = await fetch(url, {
    method: "POST",
    body: data,
    headers: { Accept: "application/json" },
    redirect: "error",
  })
  if (!response.headers.get("Content-Type")?.startsWith("application/json"))
    throw new Error(`${response.status}`)
  return { status: response.status, answer: await response.json() }
}

// Brings the rail and what is said about the piece up to date.
export async function refresh() {
  const response = await fetch(desk.dataset.partsUrl, { headers: { Accept: "application/json" } })
  if (response.ok) await take(await response.json())
}

// Replaces what the server has sent anew. The text and the cursor in it stay as they are.
export async function take(answer) {
  if (answer.based_on !== undefined) {
    const field = form.elements.namedItem("based_on")
    for (const input of field instanceof RadioNodeList ? field : field ? [field] : [])
      if (input.type === "hidden") input.value = answer.based_on
    desk.dataset.revision = answer.based_on
  }
  for (const [name, html] of Object.entries(answer.parts ?? {})) {
    const part = document.querySelector(`[data-part="${name}"]`)
    const list = part?.querySelector(".evidence-rail__list")
    const scroll = list?.scrollTop ?? 0
    if (part) part.innerHTML = html
    if (list) part.querySelector(".evidence-rail__list").scrollTop = scroll
  }
  const instance = await editor
  if (answer.unmark && instance) for (const id of answer.unmark) instance.commands.removeClaim(id)
  if (answer.paint) {
    known = answer.paint
    if (instance) paint(instance, known)
    const count = document.querySelector("[data-claims-count]")
    if (count) count.textContent = Object.keys(known.standings).length
  }
  if (answer.messages?.length) notice(answer.messages.join(" "))
  document.dispatchEvent(new CustomEvent("desk:parts", { detail: answer }))
}

if (known) editor.then((instance) => instance && paint(instance, known))
