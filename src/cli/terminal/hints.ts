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

/** `audience`: that of the token as captured, if it is known. `null` if there is nothing to say. Pure. */
export function hintOnDelivery(
  { cause, responseBody, ...token }: Pick<Delivery, 'cause' | 'responseBody' | 'sign' | 'target'>,
  audience: string | null = null,
): Hint | null {
  // That fic-dev ends is known.
  return cause === null || cause.code === 'stopped'
    ? null
    : { code: cause.code, text: causeText(cause, responseBody, tokenText(cause, { ...token, audience })) }
}

/** What a receiver has to expect of the token that it refused; empty if the token is not the cause, or not known. */
function tokenText(
  { code }: Cause,
  { sign, target, audience }: Pick<Delivery, 'sign' | 'target'> & { audience: string | null },
): string {
  const meantFor = sign === 'dev' ? target : audience
  if (code !== 'signature' || meantFor === null || sign === 'none') return ''
  const signer = sign === 'dev' ? 'the dev key of this project' : 'the key that signs notifications'
  return ` This token has the audience ${visible(meantFor)} and is signed with ${signer}.`
}

/** A cause, facts about the token, and below them what the app said. Safe to print. */
export function causeText(cause: Cause, body: string | null, facts = ''): string {
  const said = [...(body ?? '').trim()].slice(0, shownCharacters).join('')
  const words = visible(sayCause(cause)) + facts
  return said === '' ? words : `${words} The answer begins:\n${indent(visibleLines(said))}`
}

/** Of what a follower takes from its hub; `null` if there is nothing to say. Pure. */
export function hintOnShared({ signature }: Notification): Hint | null {
  if (signature.outcome !== 'invalid') return null
  return {
    code: 'signature',
    text: 'The notification is not signed by Fatture in Cloud, so it is not forwarded. A hub with --emulator signs with its own key: run "fic-dev keys" on the hub, then restart this follower with --public-key <key>.',
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
