/** One block of the detail: a question as its title, its short answer beside it. */

import type { ReactNode } from 'react'
import classes from './section.module.css'

interface SectionProps {
  title: string
  /** What stands at the right of the title. */
  aside?: ReactNode
  children: ReactNode
}

export function Section({ title, aside, children }: SectionProps) {
  return (
    <section className={classes.section} aria-label={title}>
      <header className={classes.header}>
        <h3>{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  )
}
