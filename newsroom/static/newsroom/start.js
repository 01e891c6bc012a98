// The start page by keyboard: the key that checks a claim leads to what is to be checked next.
addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyK") return
  const next = document.querySelector("[data-next-check]")
  if (!next) return
  event.preventDefault()
  next.click()
})
