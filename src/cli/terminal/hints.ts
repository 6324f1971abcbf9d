/** The probable cause of an answer, said once for each target and cause. The causes themselves: `http/causes.ts`. */

import type { Cause, Delivery, Notification } from '../../contract/notification.ts'
import type { TargetStatus } from '../../contract/status.ts'
import { sayCause } from '../../http/causes.ts'
import { visible, visibleLines } from './visible.ts'

export interface Hint {
  /** The code of the cause. */
  code: string
  /** Safe to print; may have several lines. */
  text: string
}

/** How much of an answer is shown. */
const shownCharacters = 500

/** `null` if there is nothing to say. Pure. */
export function hintOnTarget({ cause }: Pick<TargetStatus, 'cause'>): Hint | null {
  return cause === null ? null : { code: cause.code, text: visible(sayCause(cause)) }
}

/** `null` if there is nothing to say. Pure. */
export function hintOnDelivery({
  cause,
  responseBody,
}: Pick<Delivery, 'cause' | 'responseBody'>): Hint | null {
  // That fic-dev ends is known.
  return cause === null || cause.code === 'stopped'
    ? null
    : { code: cause.code, text: causeText(cause, responseBody) }
}

/** A cause, and below it what the app said. Safe to print. */
export function causeText(cause: Cause, body: string | null): string {
  const said = [...(body ?? '').trim()].slice(0, shownCharacters).join('')
  const words = visible(sayCause(cause))
  return said === '' ? words : `${words} The answer begins:\n${indent(visibleLines(said))}`
}

/** Of what a follower takes from its hub; `null` if there is nothing to say. Pure. */
export function hintOnShared({ signature }: Notification): Hint | null {
  if (signature.outcome !== 'invalid') return null
  return {
    code: 'signature',
    text: 'Not signed by Fatture in Cloud, so your app does not get it. A hub with --emulator signs with a key of its own: "fic-dev keys" there prints it, --public-key here believes it.',
  }
}

/** Says a hint about a target, unless it was said before. */
export function createHints(say: (text: string) => void): (target: string, hint: Hint | null) => void {
  const said = new Set<string>()
  return (target, hint) => {
    if (!hint || said.has(`${hint.code} ${target}`)) return
    said.add(`${hint.code} ${target}`)
    say(hint.text)
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
