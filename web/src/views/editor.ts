/** The editor of a body: CodeMirror with JSON, in the page's own colours. Loaded only with the composer. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, foldGutter, indentOnInput, indentUnit, syntaxTree } from '@codemirror/language'
import { EditorState, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  EditorView,
  ViewPlugin,
  drawSelection,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import type { DecorationSet, ViewUpdate } from '@codemirror/view'

export interface EditorOptions {
  place: HTMLElement
  text: string
  label: string
  /** Only what a person types. */
  onType: (text: string) => void
}

export interface Editor {
  /** Puts another text in, without telling `onType`. */
  show(text: string): void
  close(): void
}

export function openEditor({ place, text, label, onType }: EditorOptions): Editor {
  let isShowing = false
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        // Control and bidirectional characters are shown, as everywhere on the page.
        highlightSpecialChars(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        json(),
        colours,
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isShowing) onType(update.state.doc.toString())
        }),
      ],
    }),
  })
  return {
    show(next) {
      if (next === view.state.doc.toString()) return
      isShowing = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } })
      isShowing = false
    },
    close: () => view.destroy(),
  }
}

const colourOf: Record<string, string> = {
  PropertyName: 'var(--issued)',
  String: 'var(--good)',
  Number: 'var(--taxes)',
  True: 'var(--received)',
  False: 'var(--received)',
  Null: 'var(--received)',
  '⚠': 'var(--bad)',
}

const marks = Object.fromEntries(
  Object.entries(colourOf).map(([name, color]) => [
    name,
    Decoration.mark({ attributes: { style: `color: ${color}` } }),
  ]),
)

/** The same colours as in a body that is only read, in light and dark. */
const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet

    constructor(view: EditorView) {
      this.decorations = colour(view)
    }

    update(update: ViewUpdate): void {
      const isParsed = syntaxTree(update.startState) !== syntaxTree(update.state)
      if (update.docChanged || update.viewportChanged || isParsed) this.decorations = colour(update.view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

function colour(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = marks[node.name]
        if (mark && node.to > node.from) builder.add(node.from, node.to, mark)
      },
    })
  }
  return builder.finish()
}

const look = EditorView.theme({
  '&': {
    height: '100%',
    backgroundColor: 'var(--sunken)',
    color: 'var(--ink)',
    fontSize: '12.5px',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-3)', border: 'none' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--chosen)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--chosen)' },
  '.cm-specialChar': { color: 'var(--warn)' },
})
