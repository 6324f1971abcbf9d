/** The filter above the list, with what can be typed next. What it understands is the daemon's business. */

import { CloseButton, Combobox, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { KeyboardEvent, RefObject } from 'react'
import { applyCompletion, complete } from '../filter-completion.ts'
import type { Completion, Known } from '../filter-completion.ts'
import classes from './filter.module.css'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'

/** While letters follow each other faster than this, nothing is asked. An answer is to be there within 200 ms of the last. */
const typingRestMs = 60

interface FilterProps {
  input: RefObject<HTMLInputElement | null>
  /** What the address says. */
  query: string
  /** What is not understood of it, in words. */
  misread: string | null
  known: Known
  onFilter: (query: string) => void
}

export function Filter({ input, query, misread, known, onFilter }: FilterProps) {
  const [text, setText] = useState(query)
  const [caret, setCaret] = useState(query.length)
  const asked = useRef(query)
  const moveTo = useRef<number | null>(null)
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const found = complete(text, caret, known)
  const isOpen = combobox.dropdownOpened && found.items.length > 0

  const filterSoon = useDebouncedCallback((next: string) => {
    asked.current = next
    onFilter(next)
  }, typingRestMs)

  // A press elsewhere (the chart, the browser's back) changes the query; what is being typed does not count as that.
  useEffect(() => {
    if (query === asked.current) return
    asked.current = query
    setText(query)
    setCaret(query.length)
  }, [query])

  useLayoutEffect(() => {
    if (moveTo.current === null) return
    input.current?.setSelectionRange(moveTo.current, moveTo.current)
    moveTo.current = null
  })

  function change(next: string, nextCaret: number): void {
    setText(next)
    setCaret(nextCaret)
    filterSoon(next.trim())
  }

  function choose(completion: Completion): void {
    const next = applyCompletion(text, found, completion)
    moveTo.current = next.caret
    change(next.text, next.caret)
    combobox.resetSelectedOption()
    if (!completion.insert.endsWith(':')) combobox.closeDropdown()
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    if (isOpen) combobox.closeDropdown()
    else if (text) change('', 0)
    else event.currentTarget.blur()
  }

  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      offset={4}
      onOptionSubmit={(value) => {
        const completion = found.items.find(({ insert }) => insert === value)
        if (completion) choose(completion)
      }}
    >
      <Combobox.Target withExpandedAttribute>
        <TextInput
          ref={input}
          size="xs"
          role="combobox"
          aria-label="Filter the notifications"
          aria-autocomplete="list"
          aria-invalid={misread !== null}
          aria-describedby="filter-misread"
          autoComplete="off"
          spellCheck={false}
          placeholder="Filter: text, type:invoices, target:5xx …"
          leftSection={<Icon name="search" size={14} />}
          rightSection={
            text && <CloseButton size="xs" aria-label="Clear the filter" onClick={() => change('', 0)} />
          }
          value={text}
          onChange={(event) => {
            const { value, selectionStart } = event.currentTarget
            change(value, selectionStart ?? value.length)
            combobox.openDropdown()
            combobox.resetSelectedOption()
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => combobox.openDropdown()}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={onKeyDown}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={found.items.length === 0}>
        <Combobox.Options aria-label="What can be typed next" className={classes.options}>
          {found.items.map(({ insert, says }) => (
            <Combobox.Option key={insert} value={insert} className={classes.option}>
              <span className="mono">{insert}</span>
              <span className={classes.says}>{says}</span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
      <p id="filter-misread" role="status" className={classes.misread}>
        {/* Half a word is no mistake while there is something to choose from. */}
        {misread !== null && !isOpen && <Outside text={misread} />}
      </p>
    </Combobox>
  )
}
