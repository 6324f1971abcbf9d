/** A name and its value, and a value that can be copied, as the screens list them. */

import type { ReactNode } from 'react'
import { CopyText } from './copy-button.tsx'
import { Outside } from './outside.tsx'
import classes from './screens.module.css'

export function Facts({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <dl className={classes.facts} aria-label={label}>
      {children}
    </dl>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** One line, cut where it is too long; the whole is what is copied. */
export function Copied({ text, label }: { text: string; label: string }) {
  return (
    <span className={classes.copied}>
      <code title={text}>
        <Outside text={text} />
      </code>
      <CopyText text={text} label={label} />
    </span>
  )
}
