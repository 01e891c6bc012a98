// A text field that searches as one types (ARIA combobox): arrows choose, Enter takes, Esc closes.
const WAIT = 180

function setUp(box) {
  const input = box.querySelector('[role="combobox"]')
  const list = box.querySelector('[role="listbox"]')
  let timer = 0
  let asked = 0
  let active = -1

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
      newSource(box.closest("form"), true)
    } else {
      box.querySelector('input[type="hidden"]').value = key
      input.value = label
      newSource(box.closest("form"), false)
    }
  }

  input.addEventListener("input", () => {
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
      if (!list.hidden && active >= 0) choose(options()[active])
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

function newSource(form, wanted) {
  const fields = form.querySelector("[data-new-source]")
  fields.hidden = !wanted
  fields.querySelector('[name="new_source"]').value = wanted ? "1" : ""
  const input = form.querySelector("#source-words")
  if (wanted) {
    form.querySelector('[name="cite-source"]').value = ""
    const title = fields.querySelector('[name="source-title"]')
    const address = fields.querySelector('[name="source-url"]')
    const typed = input.value.trim()
    if (/^https?:/i.test(typed)) address.value ||= typed
    else title.value ||= typed
    title.focus()
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
