/** Puts the findings of the status into the colors and places of the page. Pure. */

import type { FindingPart, StatusFinding } from '../../src/contract/finding.ts'
import type { Status } from '../../src/contract/status.ts'
import type { Tone } from '../../src/contract/vocabulary.ts'

/** A server that is restarted is back sooner. */
const alarmAfterMs = 60_000

export function toTone({ tone }: Pick<StatusFinding, 'tone'>): Tone {
  return tone === 'failure' ? 'bad' : 'warn'
}

/** The sentences about some parts; empty if nothing is wrong with them. */
export function sayFindings({ findings }: Status, ...parts: FindingPart[]): string[] {
  const found = findings.filter(({ part }) => parts.includes(part))
  return [...new Set(found.flatMap(({ what, why, todo }) => [what, why, todo]))].filter((text) => text !== '')
}

/** The tone of the worst finding about some parts; `otherwise` if nothing is wrong with them. */
export function toneOf({ findings }: Status, parts: readonly FindingPart[], otherwise: Tone): Tone {
  const tones = findings.filter(({ part }) => parts.includes(part)).map(toTone)
  if (tones.length === 0) return otherwise
  return tones.includes('bad') ? 'bad' : 'warn'
}

/** Findings for the whole page: those of the store, and of a connection to the team that has been lost for a minute. */
export function findAlarms({ findings, share }: Status, nowMs: number): StatusFinding[] {
  const isLost = share !== null && nowMs - Date.parse(share.since) >= alarmAfterMs
  return findings.filter(({ part }) => part === 'store' || (part === 'sharing' && isLost))
}
