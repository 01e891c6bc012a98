// The texts of the piece as they stand in the page, and a place in this browser for them when the
// server cannot be reached: the session has ended, the line is down.
import { editor } from "newsroom/editor"

const desk = document.getElementById("desk")
const form = document.getElementById("article_form")
const FIELDS = ["kicker", "headline", "standfirst", "body"]
const place = () => `newsroom-unsaved:${desk.dataset.user}:${desk.dataset.article}`

const captions = () => document.querySelectorAll("#manuscript figcaption[data-image] > textarea")

export function texts() {
  const found = {}
  for (const name of FIELDS) found[name] = form.elements.namedItem(name)?.value ?? ""
  for (const field of captions()) found[`caption:${field.parentElement.dataset.image}`] = field.value
  return found
}

export const basedOn = () => form.querySelector('input[type="hidden"][name="based_on"]').value

export async function putBack({ texts: kept, based_on: revision }) {
  const instance = await editor
  for (const [name, words] of Object.entries(kept)) {
    const field = name.startsWith("caption:")
      ? document.querySelector(`#manuscript [data-image="${name.slice(8)}"] > textarea`)
      : form.elements.namedItem(name)
    if (!field || field.value === words) continue
    field.value = words
    if (name === "body" && instance) instance.commands.setContent(words, { emitUpdate: true })
    field.dispatchEvent(new Event("input", { bubbles: true }))
  }
  for (const field of form.querySelectorAll('input[type="hidden"][name="based_on"]')) field.value = revision
}

export function keepHere() {
  try {
    localStorage.setItem(place(), JSON.stringify({ texts: texts(), based_on: basedOn() }))
    return true
  } catch {
    return false
  }
}

export function keptHere() {
  try {
    return JSON.parse(localStorage.getItem(place()))
  } catch {
    return null
  }
}

export function forgetHere() {
  try {
    localStorage.removeItem(place())
  } catch {
    // Nothing was kept where nothing can be.
  }
}
