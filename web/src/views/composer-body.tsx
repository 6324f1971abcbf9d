/** The body of a draft in the editor: it follows the fields until somebody writes in it. */

import { Button } from '@mantine/core'
import { useEffect, useMemo, useRef } from 'react'
import type { Composing } from '../composing.ts'
import classes from './composer.module.css'
import { layOutText } from '../json-tokens.ts'
import { openEditor } from './editor.ts'
import type { Editor } from './editor.ts'

export function ComposerBody({ composing: { draft, change, preview } }: { composing: Composing }) {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<Editor | null>(null)
  const type = useRef((_body: string) => {})
  const text = draft.body ?? preview?.body ?? ''
  const laidOut = useMemo(() => layOutText(text), [text])
  useEffect(() => {
    type.current = (body) => change({ ...draft, body })
  })

  useEffect(() => {
    if (!place.current) return
    editor.current = openEditor({
      place: place.current,
      text: '',
      label: 'Body to be sent',
      onType: (body) => type.current(body),
    })
    return () => editor.current?.close()
  }, [])

  useEffect(() => {
    editor.current?.show(text)
  }, [text])

  return (
    <>
      <div ref={place} className={classes.editor} />
      <div className={classes.bodyFoot}>
        <span className={classes.note} role="status">
          {sayBody(draft.body, preview?.body)}
        </span>
        {draft.body !== null && (
          <Button size="compact-xs" variant="light" onClick={() => change({ ...draft, body: null })}>
            Write it from the fields again
          </Button>
        )}
        <Button
          size="compact-xs"
          variant="default"
          disabled={laidOut === null}
          onClick={() => change({ ...draft, body: laidOut })}
        >
          Lay out
        </Button>
      </div>
    </>
  )
}

function sayBody(byHand: string | null, written: string | null | undefined): string {
  if (byHand === null) {
    return written === null ? 'The body that came is not text: it goes as it is.' : 'It follows the fields.'
  }
  return layOutText(byHand)
    ? 'Written by hand.'
    : 'Written by hand. It is not JSON, and goes out all the same.'
}
