// Headline, kicker, standfirst and captions grow with their words; those of one line take Enter as "go on".
const fields = document.querySelectorAll(".manuscript [data-place]:not([data-place=body]) > textarea")

function grow(field) {
  field.parentElement.dataset.value = field.value || field.placeholder
}

for (const field of fields) {
  field.parentElement.classList.add("grows")
  grow(field)
  field.addEventListener("input", () => {
    if ("oneLine" in field.dataset && field.value.includes("\n"))
      field.value = field.value.replace(/\s*\n\s*/g, " ")
    grow(field)
  })
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !("oneLine" in field.dataset)) return
    event.preventDefault()
    const next = field.parentElement.nextElementSibling
    ;(next?.querySelector("textarea:not([hidden]), [contenteditable]") ?? field).focus()
  })
}

const drawer = document.querySelector("#drawer[data-open]")
drawer?.showPopover()
