// The mark of a claim in the text: <span data-claim="UUID">. It carries the id and nothing else;
// what is known about the claim is painted (see claim-paint.js) and never stored in the text.
import { Mark, Plugin, mergeAttributes } from "django-prose-editor/editor"

const ATTRIBUTE = "data-claim"
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

// Pasting a copy must not state a claim twice unawares: of claims that stand in the text already,
// and of malformed ids, the words come without the mark. Cutting and pasting keeps it.
function withoutCopies(slice, doc, type) {
  const present = new Set()
  doc.descendants((node) => {
    for (const mark of node.marks) if (mark.type === type) present.add(mark.attrs.id)
  })
  const strip = (fragment) => {
    const nodes = []
    fragment.forEach((node) => {
      const marks = node.marks.filter(
        (mark) => mark.type !== type || (UUID.test(mark.attrs.id) && !present.has(mark.attrs.id)),
      )
      nodes.push(node.isText ? node.mark(marks) : node.copy(strip(node.content)).mark(marks))
    })
    return fragment.constructor.fromArray(nodes)
  }
  return new slice.constructor(strip(slice.content), slice.openStart, slice.openEnd)
}

export const Claim = Mark.create({
  name: "claim",
  inclusive: false, // typing at its end does not grow a claim
  excludes: "", // claims may overlap
  addAttributes() {
    return {
      id: {
        default: null,
        parseHTML: (element) => element.getAttribute(ATTRIBUTE),
        renderHTML: ({ id }) => (id ? { [ATTRIBUTE]: id } : {}),
      },
    }
  },
  parseHTML() {
    return [{ tag: `span[${ATTRIBUTE}]` }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["span", mergeAttributes(HTMLAttributes), 0]
  },
  addCommands() {
    return {
      addClaim:
        (id) =>
        ({ commands }) =>
          commands.setMark(this.name, { id }),
      removeClaim:
        (id) =>
        ({ tr, state, dispatch }) => {
          const spans = []
          state.doc.descendants((node, at) => {
            for (const mark of node.marks)
              if (mark.type === this.type && mark.attrs.id === id)
                spans.push([at, at + node.nodeSize, mark])
          })
          if (dispatch) for (const [from, to, mark] of spans) tr.removeMark(from, to, mark)
          return spans.length > 0
        },
    }
  },
  addProseMirrorPlugins() {
    const { editor, type } = this
    return [
      new Plugin({
        props: { transformPasted: (slice) => withoutCopies(slice, editor.state.doc, type) },
      }),
    ]
  },
})
