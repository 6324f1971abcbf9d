/** A body: a tree when it is JSON, raw when asked for; a very long one in part until all of it is wanted. */

import { Button, SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import { toSize } from '../clock-words.ts'
import { readJsonTree } from '../json-tree.ts'
import classes from './body.module.css'
import { JsonView } from './json-view.tsx'
import { Outside } from './outside.tsx'

/** More than this at once makes the page slow. */
const shownCharacters = 60_000

export type BodyForm = 'tree' | 'raw'

interface BodyProps {
  text: string
  label: string
  form?: BodyForm
}

export function Body({ text, label, form = 'tree' }: BodyProps) {
  const [whole, setWhole] = useState(false)
  const isLong = text.length > shownCharacters
  const shown = isLong && !whole ? text.slice(0, shownCharacters) : text
  // A part of JSON is no JSON, so a long body becomes a tree only when all of it is shown.
  const tree = useMemo(() => (form === 'tree' ? readJsonTree(shown) : null), [shown, form])
  return (
    <>
      <pre className={classes.body} role="group" aria-label={label} tabIndex={0}>
        {tree ? <JsonView node={tree} /> : <Outside text={shown} lines />}
      </pre>
      {isLong && !whole && (
        <Button variant="light" size="compact-sm" mt={8} onClick={() => setWhole(true)}>
          Show all {toSize(text.length)}
        </Button>
      )}
    </>
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
      onChange={(value) => onChange(value === 'raw' ? 'raw' : 'tree')}
      data={[
        { value: 'tree', label: 'Tree' },
        { value: 'raw', label: 'Raw' },
      ]}
    />
  )
}
