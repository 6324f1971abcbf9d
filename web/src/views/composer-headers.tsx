/** The headers of a draft: each can be written anew, removed and put back, and others added. */

import { ActionIcon, Button } from '@mantine/core'
import { useState } from 'react'
import type { SubmitEvent } from 'react'
import type { HeaderPair } from '../../../src/contract/notification.ts'
import type { Composing } from '../composing.ts'
import { withHeader } from '../draft.ts'
import classes from './composer.module.css'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'

export function ComposerHeaders({ composing: { draft, change, preview } }: { composing: Composing }) {
  const rows = toRows(preview?.headers ?? [], draft.headers)
  const set = (name: string, value: string | null) => change(withHeader(draft, name, { value }))
  return (
    <>
      <ul className={classes.headers} aria-label="Headers to be sent">
        {rows.map(({ name, value, isChanged }) => (
          <li key={name} className={classes.header} data-removed={value === null}>
            <span className={classes.name}>
              <Outside text={name} />
            </span>
            {value === null ? (
              <span className={classes.removed}>not sent</span>
            ) : (
              <input
                className={classes.value}
                aria-label={name}
                value={value}
                spellCheck={false}
                onChange={(event) => set(name, event.currentTarget.value)}
              />
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={isChanged ? `Put ${name} back` : `Remove ${name}`}
              title={isChanged ? 'As it was' : 'Remove'}
              onClick={() => (isChanged ? change(withHeader(draft, name, null)) : set(name, null))}
            >
              <Icon name={isChanged ? 'replay' : 'cross'} size={12} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <AddHeader onAdd={set} />
    </>
  )
}

interface Row {
  name: string
  /** `null`: removed. */
  value: string | null
  isChanged: boolean
}

/** Each name once. What is typed shows at once, before the daemon has told what it makes of it. */
function toRows(headers: HeaderPair[], changes: Record<string, string | null>): Row[] {
  const changed = new Map(
    Object.entries(changes).map(([name, value]) => [name.toLowerCase(), { name, value }]),
  )
  const names = new Map(headers.map(([name]) => [name.toLowerCase(), name]))
  const kept = [...names].map(([key, name]): Row => {
    const change = changed.get(key)
    const values = headers.filter(([each]) => each.toLowerCase() === key).map(([, value]) => value)
    return { name, value: change ? change.value : values.join(', '), isChanged: change !== undefined }
  })
  const others = [...changed].filter(([key]) => !names.has(key))
  return [...kept, ...others.map(([, change]): Row => ({ ...change, isChanged: true }))]
}

function AddHeader({ onAdd }: { onAdd: (name: string, value: string) => void }) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const isName = /^[\w!#$%&'*+.^`|~-]+$/.test(name)
  function add(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault()
    if (!isName) return
    onAdd(name, value)
    setName('')
    setValue('')
  }
  return (
    <form className={classes.header} onSubmit={add}>
      <input
        className={classes.value}
        aria-label="Name of another header"
        placeholder="name"
        value={name}
        spellCheck={false}
        onChange={(event) => setName(event.currentTarget.value.trim())}
      />
      <input
        className={classes.value}
        aria-label="Value of another header"
        placeholder="value"
        value={value}
        spellCheck={false}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-xs" variant="light" disabled={!isName}>
        Add
      </Button>
    </form>
  )
}
