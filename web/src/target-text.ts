/** Targets as a person writes them after `--forward-to`, and what a change of them did. Pure. */

import type { TargetsAnswer, TargetsChange } from '../../src/contract/api.ts'

export function toTargetText(forwardTo: TargetsAnswer['forwardTo']): string {
  return forwardTo.map(({ types, url }) => (types.length > 0 ? `${types.join(',')}=${url}` : url)).join(' ')
}

export function toTargetWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

/** Sentences. */
export function sayChange({ forwardTo, moved, ended, notes }: TargetsChange): string[] {
  const urls = forwardTo.map(({ url }) => url).join(', ')
  return [
    urls === ''
      ? 'Nothing is forwarded until fic-dev ends.'
      : `Notifications go to ${urls} until fic-dev ends.`,
    ...(moved > 0 ? [`Waiting deliveries that follow: ${moved}.`] : []),
    ...(ended > 0 ? [`Deliveries that ended, because no target takes their type: ${ended}.`] : []),
    ...notes,
  ]
}
