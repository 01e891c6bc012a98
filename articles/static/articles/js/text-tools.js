// The toolbar over the text.
import { editor } from "newsroom/editor"

const tools = document.querySelector(".text-tools")
const blockType = document.querySelector("[data-block-type]")
const linkTool = document.getElementById("link-tool")
const linkAddress = document.getElementById("link-address")

const commands = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  list: (chain) => chain.toggleBulletList(),
  quote: (chain) => chain.toggleBlockquote(),
  numbered: (chain) => chain.toggleOrderedList(),
  raised: (chain) => chain.unsetSubscript().toggleSuperscript(),
  lowered: (chain) => chain.unsetSuperscript().toggleSubscript(),
  table: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
}
const tableTools = document.getElementById("table-tools")
const nodes = { bold: "bold", italic: "italic", list: "bulletList", quote: "blockquote", link: "link" }

function reflect(instance) {
  for (const [tool, name] of Object.entries(nodes))
    tools
      .querySelector(`[data-tool="${tool}"]`)
      ?.setAttribute("aria-pressed", String(instance.isActive(name)))
  const level = [2, 3].find((level) => instance.isActive("heading", { level }))
  blockType.value = level ? String(level) : "paragraph"
  if (tableTools) tableTools.hidden = !instance.isActive("table")
}

function openLink(instance) {
  linkTool.hidden = false
  linkAddress.value = instance.getAttributes("link").href ?? ""
  linkAddress.focus()
}

function closeLink(instance) {
  linkTool.hidden = true
  instance.commands.focus()
}

editor.then((instance) => {
  if (!instance || !tools) return
  tools.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]")?.dataset.tool
    if (commands[tool]) {
      event.target.closest("[popover]")?.hidePopover()
      commands[tool](instance.chain().focus()).run()
    }
    const change = event.target.closest("[data-table]")?.dataset.table
    if (change) instance.chain().focus()[change]().run()
    if (tool === "link") openLink(instance)
    const link = event.target.closest("[data-link]")?.dataset.link
    if (link === "set" && linkAddress.value.trim()) {
      const address = linkAddress.value.trim()
      const href = /^[a-z]+:/i.test(address) ? address : `https://${address}`
      instance.chain().focus().extendMarkRange("link").setLink({ href }).run()
    }
    if (link === "unset" || (link === "set" && !linkAddress.value.trim()))
      instance.chain().focus().extendMarkRange("link").unsetLink().run()
    if (link) closeLink(instance)
  })
  // Buttons must not take the selection away from the text.
  tools.addEventListener("mousedown", (event) => {
    if (event.target.closest("button[data-tool], button[data-table]")) event.preventDefault()
  })
  linkAddress?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault()
      linkTool.querySelector('[data-link="set"]').click()
    }
    if (event.key === "Escape") closeLink(instance)
  })
  // The library's own dialog for links would speak English and look foreign.
  instance.view.dom.addEventListener(
    "keydown",
    (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "k" && !event.altKey) {
        event.preventDefault()
        event.stopPropagation()
        openLink(instance)
      }
    },
    true,
  )
  blockType?.addEventListener("change", () => {
    const chain = instance.chain().focus()
    if (blockType.value === "paragraph") chain.setParagraph().run()
    else chain.setHeading({ level: Number(blockType.value) }).run()
  })
  instance.on("transaction", () => reflect(instance))
  reflect(instance)
})
