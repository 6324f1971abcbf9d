/** A body: laid out when it is JSON, raw when asked for; a very long one in part until all of it is wanted. */

import { Button, SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import { layOutJson } from '../json-tokens.ts'
import type { Token } from '../json-tokens.ts'
import { toSize } from '../clock-words.ts'
import classes from './body.module.css'
import { Outside } from './outside.tsx'

/** More than this at once makes the page slow. */
const shownCharacters = 60_000

export type BodyForm = 'pretty' | 'raw'

interface BodyProps {
  text: string
  label: string
  form?: BodyForm
}

export function Body({ text, label, form = 'pretty' }: BodyProps) {
  const [whole, setWhole] = useState(false)
  const isLong = text.length > shownCharacters
  const shown = isLong && !whole ? text.slice(0, shownCharacters) : text
  // A part of JSON is no JSON, so a long body is laid out only when all of it is shown.
  const tokens = useMemo(() => (form === 'pretty' ? layOutJson(shown) : null), [shown, form])
  return (
    <>
      <pre className={classes.body} aria-label={label} tabIndex={0}>
        {tokens ? <Tokens tokens={tokens} /> : <Outside text={shown} lines />}
      </pre>
      {isLong && !whole && (
        <Button variant="light" size="compact-sm" mt={8} onClick={() => setWhole(true)}>
          Show all {toSize(text.length)}
        </Button>
      )}
    </>
  )
}

function Tokens({ tokens }: { tokens: Token[] }) {
  return tokens.map(({ kind, text }, index) =>
    kind === 'space' || kind === 'mark' ? (
      text
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- tokens of one text have no other name
      <span key={index} className={classes[kind]}>
        <Outside text={text} />
      </span>
    ),
  )
}

interface FormSwitchProps {
  form: BodyForm
  onChange: (form: BodyForm) => void
}

export function FormSwitch({ form, onChange }: FormSwitchProps) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="How the body is shown"
      value={form}
      onChange={(value) => onChange(value === 'raw' ? 'raw' : 'pretty')}
      data={[
        { value: 'pretty', label: 'Pretty' },
        { value: 'raw', label: 'Raw' },
      ]}
    />
  )
}
