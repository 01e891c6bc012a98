// While a claim is made or its statement edited: what says something like it and is checked already.
// Nobody waits for it, and nothing moves: it stands behind a line that is there anyway.
const PAUSE = 700

function setUp(box) {
  const statement = box.closest("form").querySelector("[name=claim-statement]")
  let timer = 0
  let asked = 0

  async function look() {
    const turn = ++asked
    if (!statement.value.trim()) return
    const address = new URL(box.dataset.elsewhere, location.href)
    address.searchParams.set("statement", statement.value.trim())
    const kept = [...box.querySelectorAll("[data-other]")].filter((one) => one.querySelector(":checked"))
    for (const one of kept) address.searchParams.append("but", one.dataset.other)
    try {
      const response = await fetch(address)
      if (!response.ok) return
      const html = await response.text()
      if (turn !== asked || !box.isConnected) return
      box.innerHTML = html
      // What somebody has chosen stays, whatever else is found.
      box.append(...kept)
    } catch {
      // It is offered only: the claim is made without it.
    }
  }

  statement.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(look, PAUSE)
  })
  // The words that were marked are written into the form after it is shown.
  if (!("known" in box.dataset)) timer = setTimeout(look, 0)
}

document.addEventListener("desk:dialog", (event) => {
  const box = event.detail.querySelector("[data-elsewhere]")
  if (box) setUp(box)
})
