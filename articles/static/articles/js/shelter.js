// The texts of the piece and its properties as they stand in the page, and a place in this browser
// for them when the server cannot be reached: the session has ended, the line is down.
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

// The fields of the drawer, by a name that outlives the order of the pictures. A file is no value.
function* ofTheDrawer() {
  for (const field of form.elements) {
    if (!field.name || !field.closest("#drawer") || ["hidden", "file", "submit", "button"].includes(field.type)) continue
    const [, row, rest] = field.name.match(/^images-(\d+)-(.+)$/) ?? []
    yield [rest ? `image:${form.elements.namedItem(`images-${row}-id`)?.value ?? ""}:${rest}` : field.name, field]
  }
}

export function properties() {
  const found = {}
  for (const [name, field] of ofTheDrawer()) {
    found[name] ??= []
    if (field.type !== "checkbox" || field.checked) found[name].push(field.value)
  }
  return found
}

function putBackProperties(kept) {
  const people = document.querySelector("#drawer .bylines")
  while (people && people.children.length < (kept.bylines?.length ?? 0)) people.append(people.lastElementChild.cloneNode(true))
  const used = {}
  for (const [name, field] of ofTheDrawer()) {
    const values = kept[name]
    if (!values) continue
    const before = field.type === "checkbox" ? field.checked : field.value
    if (field.type === "checkbox") field.checked = values.includes(field.value)
    else {
      used[name] = (used[name] ?? -1) + 1
      field.value = values[used[name]] ?? ""
    }
    if ((field.type === "checkbox" ? field.checked : field.value) !== before)
      field.dispatchEvent(new Event("input", { bubbles: true }))
  }
}

// Whether something was written that does not stand in the page.
export function differs(kept) {
  const now = texts()
  const others = properties()
  const listed = (values = []) => JSON.stringify(values.filter(Boolean))
  return (
    Object.entries(kept.texts).some(([name, words]) => (now[name] ?? "") !== words) ||
    Object.entries(kept.properties ?? {}).some(([name, values]) => listed(others[name]) !== listed(values))
  )
}

export const basedOn = () => form.querySelector('input[type="hidden"][name="based_on"]').value

export async function putBack({ texts: kept, properties: others, based_on: revision }) {
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
  putBackProperties(others ?? {})
  for (const field of form.querySelectorAll('input[type="hidden"][name="based_on"]')) field.value = revision
}

// What is `sent` is kept in case that it does not arrive.
export function keepHere({ sent = false } = {}) {
  const written = { texts: texts(), properties: properties(), based_on: basedOn(), sent }
  try {
    localStorage.setItem(place(), JSON.stringify(written))
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
