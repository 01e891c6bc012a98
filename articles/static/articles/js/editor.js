// The one editor of the page. Where nobody writes, or this script does not run, the text is there
// without it: nothing is lost but comfort.
import * as library from "django-prose-editor/editor"
import { Claim } from "newsroom/claim-mark"
import { ClaimPaint } from "newsroom/claim-paint"
import { withoutStyles } from "newsroom/paste"

const textarea = document.querySelector("#article_form [data-django-prose-editor-newsroom]")
const available = { ...library, Claim, ClaimPaint }

function extensions({ extensions: wanted }) {
  return Object.entries(wanted)
    .filter(([name]) => available[name])
    .map(([name, options]) =>
      typeof options === "object" ? available[name].configure(options) : available[name],
    )
}

function create() {
  const element = document.createElement("div")
  element.className = "prose-editor"
  textarea.before(element)
  element.append(textarea)
  const editor = new library.Editor({
    element,
    extensions: extensions(JSON.parse(textarea.dataset.djangoProseEditorNewsroom)),
    content: textarea.value,
    // Its style rule is part of our stylesheet: the content policy lets no script write styles.
    injectCSS: false,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": textarea.getAttribute("aria-label") ?? "",
        spellcheck: "true",
      },
      transformPastedHTML: withoutStyles,
    },
    onUpdate() {
      textarea.value = editor.isEmpty ? "" : editor.getHTML()
      textarea.dispatchEvent(new Event("input", { bubbles: true }))
    },
  })
  return editor
}

export const editor = Promise.resolve(textarea ? create() : null)
