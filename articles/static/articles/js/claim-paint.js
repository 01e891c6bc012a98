// Paints what is known into the text, without a trace in it: each claim's standing, the sentences
// that nobody has read since they changed, and which claim is current. The paint follows edits.
import { Extension, Plugin, pm } from "django-prose-editor/editor"

const { PluginKey } = pm.state
const { Decoration, DecorationSet } = pm.view
const key = new PluginKey("claimPaint")

function textOf(block) {
  return block.textBetween(0, block.content.size, "", () => "\n")
}

// Offsets from the server count code points, those of the browser count UTF-16 units.
function units(text, points) {
  let at = 0
  for (const point of text) {
    if (points-- <= 0) break
    at += point.length
  }
  return at
}

function nearest(text, words, wanted) {
  let best = -1
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1))
    if (best < 0 || Math.abs(at - wanted) < Math.abs(best - wanted)) best = at
  return best
}

function textBlocks(doc) {
  const blocks = []
  doc.descendants((node, at) => {
    if (node.isTextblock) blocks.push({ at: at + 1, text: textOf(node) })
    return !node.isTextblock
  })
  return blocks
}

function unreadSentences(doc, sentences) {
  const blocks = textBlocks(doc)
  const found = []
  for (const sentence of sentences) {
    if (sentence.place !== "body") continue
    const own = blocks[sentence.block]
    let block = own
    let start = own ? nearest(own.text, sentence.text, units(own.text, sentence.start)) : -1
    // The text may be ahead of what was saved: then the words tell where the sentence is.
    for (const other of blocks) {
      if (start >= 0) break
      block = other
      start = other.text.indexOf(sentence.text)
    }
    if (start < 0) continue
    found.push(
      Decoration.inline(
        block.at + start,
        block.at + start + sentence.text.length,
        { class: "unread-sentence", "data-sentence": sentence.digest },
        { digest: sentence.digest, words: sentence.text },
      ),
    )
  }
  return DecorationSet.create(doc, found)
}

function claims(doc, { standings, labels, current, pending }) {
  const found = []
  doc.descendants((node, at) => {
    for (const mark of node.marks) {
      if (mark.type.name !== "claim") continue
      const { id } = mark.attrs
      const classes = ["claim-mark"]
      if (id === current) classes.push("is-current")
      if (id === pending) classes.push("claim-mark--pending")
      const attributes = {
        class: classes.join(" "),
        "data-mark": id,
        "data-standing": standings[id] ?? "unchecked",
      }
      if (labels[id]) attributes.title = labels[id]
      found.push(Decoration.inline(at, at + node.nodeSize, attributes))
    }
  })
  return DecorationSet.create(doc, found)
}

function proposed(doc, words) {
  const found = []
  if (words)
    for (const { at, text } of textBlocks(doc)) {
      const start = text.indexOf(words)
      if (start >= 0) found.push(Decoration.inline(at + start, at + start + words.length, { class: "proposed" }))
    }
  return found
}

// Words that somebody has commented on, as long as they stand there.
function comments(doc, commented) {
  const found = []
  for (const { at, text } of textBlocks(doc))
    for (const one of commented) {
      const start = one.place === "body" ? text.indexOf(one.words) : -1
      if (start >= 0)
        found.push(
          Decoration.inline(at + start, at + start + one.words.length, {
            class: "commented",
            "data-commented": one.id,
          }),
        )
    }
  return DecorationSet.create(doc, found)
}

const NOTHING = { standings: {}, labels: {}, current: null, pending: null }

export const ClaimPaint = Extension.create({
  name: "claimPaint",
  addProseMirrorPlugins() {
    return [
      new Plugin({
        key,
        state: {
          init: (_, { doc }) => ({ known: NOTHING, unread: DecorationSet.empty, talk: DecorationSet.empty, marks: claims(doc, NOTHING) }),
          apply(tr, paint, _, { doc }) {
            const change = tr.getMeta(key)
            const known = change ? { ...paint.known, ...change } : paint.known
            const unread = change?.unread
              ? unreadSentences(doc, change.unread)
              : paint.unread.map(tr.mapping, tr.doc)
            const marks = change || tr.docChanged ? claims(doc, known) : paint.marks
            const talk = change?.commented ? comments(doc, change.commented) : paint.talk.map(tr.mapping, tr.doc)
            return { known, unread, talk, marks }
          },
        },
        props: {
          decorations(state) {
            const { unread, talk, marks } = key.getState(state)
            const offer = proposed(state.doc, key.getState(state).known.proposed)
            return unread.add(state.doc, [...talk.find(), ...marks.find(), ...offer])
          },
        },
      }),
    ]
  },
})

function dispatch(editor, change) {
  editor.view.dispatch(editor.state.tr.setMeta(key, change).setMeta("addToHistory", false))
}

export function paint(editor, { standings, labels, unread }) {
  dispatch(editor, { standings, labels, unread })
}

export function show(editor, change) {
  dispatch(editor, change)
}

// Sentences painted as unread that stand as they were saved: { digest, from, to }.
export function unread(editor) {
  return key
    .getState(editor.state)
    .unread.find()
    .filter((one) => editor.state.doc.textBetween(one.from, one.to, "\n", "\n") === one.spec.words)
    .map((one) => ({ digest: one.spec.digest, from: one.from, to: one.to }))
    .sort((one, other) => one.from - other.from)
}

export function forget(editor, digests) {
  const { unread } = key.getState(editor.state)
  const left = unread.find().filter((one) => !digests.has(one.spec.digest))
  const state = DecorationSet.create(editor.state.doc, left)
  // Kept in the plugin by replacing the set whole.
  const sentences = state.find()
  editor.view.dispatch(
    editor.state.tr.setMeta(key, {
      unread: sentences.map((one) => ({
        place: "body",
        digest: one.spec.digest,
        text: one.spec.words,
        ...where(editor.state.doc, one.from),
      })),
    }),
  )
}

function where(doc, position) {
  const blocks = textBlocks(doc)
  let block = 0
  while (block + 1 < blocks.length && blocks[block + 1].at <= position) block += 1
  const before = blocks[block].text.slice(0, position - blocks[block].at)
  return { block, start: [...before].length }
}

// The passages of a claim, as ranges of the document, in order.
export function passages(editor, id) {
  const ranges = []
  editor.state.doc.descendants((node, at) => {
    if (node.marks.some((mark) => mark.type.name === "claim" && mark.attrs.id === id))
      ranges.push({ from: at, to: at + node.nodeSize })
  })
  return ranges
}
