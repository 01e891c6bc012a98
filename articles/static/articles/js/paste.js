// Pasted text brings styles, and the content policy keeps them out, with all that they say: that
// words are bold or italic, or that a <b> is not meant so (Google Docs wraps everything in one).
// Here they become elements, before the editor reads what was pasted.
const TAG = /<[a-z][^>]*>/gi
const STYLE = /(\s)style(?=\s*=)/gi
const STYLE_SHEET = /<style\b[\s\S]*?<\/style\s*>/gi
const BOLD = /font-weight\s*:\s*(bold|[6-9]00)/i
const NOT_BOLD = /font-weight\s*:\s*(normal|[1-5]00)/i
const ITALIC = /font-style\s*:\s*italic/i

function wrap(element, name) {
  const outer = element.ownerDocument.createElement(name)
  outer.append(...element.childNodes)
  element.append(outer)
}

export function withoutStyles(html) {
  // No attribute of that name is left by the time that anything is parsed.
  const inert = html.replace(STYLE_SHEET, "").replace(TAG, (tag) => tag.replace(STYLE, "$1data-style"))
  const { body } = new DOMParser().parseFromString(inert, "text/html")
  for (const element of body.querySelectorAll("[data-style]")) {
    const style = element.dataset.style
    delete element.dataset.style
    if (element.matches("span, font, a, i, em") && !element.closest("h1, h2, h3, h4, h5, h6")) {
      if (BOLD.test(style)) wrap(element, "strong")
      if (ITALIC.test(style)) wrap(element, "em")
    }
    if (element.matches("b, strong") && NOT_BOLD.test(style)) element.replaceWith(...element.childNodes)
  }
  return body.innerHTML
}
