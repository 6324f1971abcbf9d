/** The keys of the page. Text fields, opened menus and panels keep theirs. */

import { useEffect, useRef } from 'react'

/** By the name that the browser gives the key. */
export type Keys = Record<string, () => void>

const fields = 'input, textarea, select, [contenteditable]'
const panels = '[role=menu], [role=dialog], [aria-haspopup][aria-expanded=true]'
const pressable = 'button, a, summary'

export function useKeys(keys: Keys): void {
  const current = useRef(keys)
  useEffect(() => {
    current.current = keys
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = current.current[event.key]
      if (!action || event.ctrlKey || event.metaKey || event.altKey || !isOurs(event)) return
      event.preventDefault()
      action()
    }
    // While capturing: a menu that closes by Escape has not closed yet, and so still counts as opened.
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [])
}

function isOurs({ key, target }: KeyboardEvent): boolean {
  // What covers the page keeps all keys, also when the thing that had the focus in it is gone.
  if (document.querySelector('[data-covers-page]')) return false
  if (!(target instanceof Element)) return true
  if (target.closest(fields) || target.closest(panels)) return false
  const inList = target.closest('[role=listbox]') !== null
  if (key === 'Enter') return inList || target.closest(pressable) === null
  // The arrows scroll whatever else has the focus.
  return !key.startsWith('Arrow') || inList || target === document.body
}
