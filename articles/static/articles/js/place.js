// Leads to the place that an address names: a claim, a sentence, a field.
import { editor } from "newsroom/editor"
import { desk } from "newsroom/parts"
import { pane, select } from "newsroom/pairing"

async function go() {
  const name = decodeURIComponent(location.hash.slice(1))
  if (!name || !desk) return
  const instance = await editor
  if (name.startsWith("claim-")) {
    await select(name.slice(6), { focus: true })
    if (!document.querySelector(`#manuscript [data-mark="${name.slice(6)}"]`)) pane("claims")
    return
  }
  if (name.startsWith("sentence-")) {
    const digest = name.slice(9)
    await new Promise((done) => setTimeout(done, 50))
    const sentence = document.querySelector(`#manuscript [data-sentence="${digest}"]`)
    sentence?.scrollIntoView({ block: "center" })
    sentence?.classList.add("is-next")
    if (sentence && instance) instance.commands.focus(instance.view.posAtDOM(sentence, 0))
    return
  }
  const field = document.getElementById(name)
  if (!field) return
  const drawer = field.closest("#drawer")
  if (drawer && !drawer.matches(":popover-open")) drawer.showPopover()
  if (name === "id_body" && instance) instance.commands.focus()
  else field.focus()
}

addEventListener("hashchange", go)
go()
