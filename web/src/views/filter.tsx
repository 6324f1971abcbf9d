/** The filter above the list. What it understands is the daemon's business. */

import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import type { RefObject } from 'react'
import { Icon } from './icons.tsx'

interface FilterProps {
  input: RefObject<HTMLInputElement | null>
  onFilter: (query: string) => void
}

export function Filter({ input, onFilter }: FilterProps) {
  const [text, setText] = useState('')
  const filterSoon = useDebouncedCallback(onFilter, 200)

  function change(next: string): void {
    setText(next)
    filterSoon(next.trim())
  }

  return (
    <TextInput
      ref={input}
      size="xs"
      type="search"
      aria-label="Filter the notifications"
      placeholder="Filter by type, id, company or body"
      leftSection={<Icon name="search" size={14} />}
      rightSection={
        text && <CloseButton size="xs" aria-label="Clear the filter" onClick={() => change('')} />
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        if (text) change('')
        else event.currentTarget.blur()
      }}
    />
  )
}
