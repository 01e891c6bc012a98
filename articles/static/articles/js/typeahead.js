// A text field that searches as one types (ARIA combobox): arrows choose, Enter takes, Esc closes.
import { fill, forget, lookUp, mayBe } from "newsroom/taking-in"

const WAIT = 180

function setUp(box) {
  const input = box.querySelector('[role="combobox"]')
  const list = box.querySelector('[role="listbox"]')
  const said = box.querySelector("[data-said]")
  const hint = said?.textContent
  let timer = 0
  let asked = 0
  let active = -1
  let asking = null

  const options = () => [...list.querySelectorAll('[role="option"]')]

  function close() {
    list.hidden = true
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
    active = -1
  }

  function point(at) {
    const all = options()
    active = all.length ? (at + all.length) % all.length : -1
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === active)))
    if (active < 0) return input.removeAttribute("aria-activedescendant")
    input.setAttribute("aria-activedescendant", all[active].id)
    return all[active].scrollIntoView({ block: "nearest" })
  }

  // What is at hand is offered before anything is searched.
  function offer() {
    const own = document.getElementById("own-sources")
    if (own) present(own.innerHTML)
  }

  async function search() {
    const turn = ++asked
    if (!input.value.trim() && box.matches('[data-typeahead="sources"]')) return offer()
    const address = new URL(box.dataset.url, location.href)
    address.searchParams.set("q", input.value.trim())
    let html = ""
    try {
      const response = await fetch(address)
      if (!response.ok) return
      html = await response.text()
    } catch {
      return
    }
    if (turn === asked) present(html)
  }

  function present(html) {
    list.innerHTML = html
    list.hidden = false
    list.scrollIntoView({ block: "nearest" })
    input.setAttribute("aria-expanded", "true")
    point(options().length > 1 || !box.matches('[data-typeahead="sources"]') ? 0 : -1)
  }

  function choose(option) {
    const { key, label } = option.dataset
    close()
    if (box.dataset.typeahead === "claims") {
      addClaim(box, key, label)
      input.value = ""
    } else if (key === "new") {
      forget(box.closest("form"))
      newSource(box.closest("form"), true, { typed: input.value.trim() })
    } else if (key === "anyway") {
      takeIn(option.dataset.asked, { anyway: true })
    } else if (key === "found") {
      filled(JSON.parse(option.dataset.fill), option.querySelector("span"))
    } else {
      box.querySelector('input[type="hidden"]').value = key
      input.value = label
      say()
      newSource(box.closest("form"), false)
    }
  }

  function filled(found, reference) {
    fill(box.closest("form"), found, reference)
    newSource(box.closest("form"), true, { focus: document.activeElement === input })
  }

  function say(words = hint, wrong = false) {
    said.textContent = words
    said.classList.toggle("typeahead__wrong", wrong)
  }

  // What was pasted is offered, or looked up while one may go on by hand.
  async function takeIn(asked, how) {
    if (asking) asking.stopped = true
    close()
    const mine = lookUp(box, asked, how)
    asking = mine
    input.setAttribute("aria-busy", "true")
    say(said.dataset.waiting)
    let answer = null
    try {
      answer = await mine.answer
    } catch {
      answer = { trouble: said.dataset.failed }
    }
    if (asking !== mine) return null
    stopAsking()
    if (!answer) return null
    if (answer.login) return location.assign(answer.login)
    if (answer.search) return search()
    if (answer.trouble) return say(answer.trouble, true)
    if (answer.said) say(answer.said, true)
    present(answer.options)
    return answer.take ? choose(options()[0]) : point(0)
  }

  function stopAsking() {
    if (asking) asking.stopped = true
    asking = null
    input.removeAttribute("aria-busy")
    say()
  }

  // Who does not wait even for the server's first word is not asked to press the key again.
  async function goOnByHand(mine) {
    const meanwhile = await mine.meanwhile
    if (asking !== mine || !meanwhile) return
    stopAsking()
    if (meanwhile.byHand) filled(meanwhile.byHand)
  }

  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? ""
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length
    if (!box.dataset.takeIn || !whole || !mayBe(pasted)) return
    event.preventDefault()
    input.value = pasted.replace(/\s+/g, " ").trim().slice(0, 200)
    box.querySelector('input[type="hidden"]').value = ""
    takeIn(pasted)
  })
  input.addEventListener("input", () => {
    if (asking) stopAsking()
    if (box.dataset.typeahead === "sources") box.querySelector('input[type="hidden"]').value = ""
    clearTimeout(timer)
    timer = setTimeout(search, WAIT)
  })
  input.addEventListener("focus", () => {
    if (!input.value && box.dataset.typeahead === "sources") search()
  })
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault()
      event.stopPropagation()
      if (list.hidden) search()
      else point(active + (event.key === "ArrowDown" ? 1 : -1))
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      if (asking) goOnByHand(asking)
      else if (!list.hidden && active >= 0) choose(options()[active])
    } else if (event.key === "Escape" && asking) {
      event.preventDefault()
      event.stopPropagation()
      stopAsking()
    } else if (event.key === "Escape" && !list.hidden) {
      close()
      // Who has not typed anything here wants to leave, not to search anew.
      if (!input.value) return
      event.preventDefault()
      event.stopPropagation()
    }
  })
  list.addEventListener("mousedown", (event) => {
    event.preventDefault()
    const option = event.target.closest('[role="option"]')
    if (option) choose(option)
  })
  input.addEventListener("blur", () => setTimeout(close, 100))
}

function addClaim(box, key, label) {
  const chosen = box.querySelector("[data-chosen]")
  if (chosen.querySelector(`input[value="${key}"]`)) return
  const row = document.createElement("li")
  const input = Object.assign(document.createElement("input"), {
    type: "hidden",
    name: "claim-rests_on",
    value: key,
  })
  const words = document.createElement("span")
  words.textContent = label
  const remove = document.createElement("button")
  remove.type = "button"
  remove.className = "button button--quiet button--small"
  remove.dataset.unchoose = ""
  remove.textContent = "×"
  row.append(input, words, remove)
  chosen.append(row)
}

// Who has gone on to another field meanwhile stays there.
function newSource(form, wanted, { typed = "", focus = true } = {}) {
  const fields = form.querySelector("[data-new-source]")
  fields.hidden = !wanted
  fields.querySelector('[name="new_source"]').value = wanted ? "1" : ""
  if (wanted) {
    form.querySelector('[name="cite-source"]').value = ""
    const title = fields.querySelector('[name="source-title"]')
    const address = fields.querySelector('[name="source-url"]')
    if (/^https?:/i.test(typed)) address.value ||= typed
    else title.value ||= typed
    if (focus) title.focus()
  }
}

document.addEventListener("desk:dialog", (event) => {
  for (const box of event.detail.querySelectorAll("[data-typeahead]")) setUp(box)
})

document.addEventListener("click", (event) => {
  event.target.closest("[data-unchoose]")?.closest("li").remove()
  const none = event.target.closest("[data-no-new-source]")
  if (none) {
    newSource(none.closest("form"), false)
    none.closest("form").querySelector("#source-words").focus()
  }
})
