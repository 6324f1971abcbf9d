/** A small word with a colour. The word says it all; the colour only helps. */

import type { ReactNode } from 'react'
import type { SignatureOutcome, Tone } from '../../../src/contract/vocabulary.ts'
import classes from './chip.module.css'
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'

interface ChipProps {
  tone: Tone
  icon?: IconName
  title?: string
  children: ReactNode
}

export function Chip({ tone, icon, title, children }: ChipProps) {
  return (
    <span className={`${classes.chip} tone-${tone}`} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  )
}

const signatures: Record<SignatureOutcome, { tone: Tone; icon: IconName; word: string }> = {
  valid: { tone: 'good', icon: 'check', word: 'signed' },
  invalid: { tone: 'bad', icon: 'cross', word: 'invalid' },
  missing: { tone: 'warn', icon: 'dash', word: 'unsigned' },
}

/** Whether the signature holds, as a mark without a background: a list has many of them. */
export function SignatureMark({ outcome }: { outcome: SignatureOutcome }) {
  const { tone, icon, word } = signatures[outcome]
  return (
    <span className={`${classes.mark} tone-${tone}`}>
      <Icon name={icon} size={11} />
      {word}
    </span>
  )
}
