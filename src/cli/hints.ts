/** What probably is behind an answer of the target, and what to do; said once for each target and cause. */

import type { Delivery, Notification } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import { visible, visibleLines } from './visible.ts'

export interface Hint {
  cause: 'refused' | 'signature' | 'path' | 'failure'
  /** Safe to print; may have several lines. */
  text: string
}

/** How much of an answer is shown. */
const shownCharacters = 500

const refused = 'connection refused'

/** `null` where there is nothing to say. Pure. */
export function hintOnTarget({
  url,
  health,
  detail,
}: Pick<TargetStatus, 'url' | 'health' | 'detail'>): Hint | null {
  if (health !== 'unreachable') return null
  const reason = detail?.split(';', 1)[0] ?? refused
  const todo = reason === refused ? 'Is your app running, and on this port?' : 'Check the address.'
  return { cause: 'refused', text: `No connection to ${visible(url)}: ${reason}. ${todo}` }
}

/** `null` where there is nothing to say. Pure. */
export function hintOnDelivery({ target, status, error, sign, responseBody }: Delivery): Hint | null {
  const where = visible(target)
  if (status === null) {
    return error === refused ? hintOnTarget({ url: target, health: 'unreachable', detail: error }) : null
  }
  if (status === 401 || status === 403) {
    const key = `Give it the dev key that "fic-dev keys" prints in place of the one of Fatture in Cloud`
    const todo =
      sign === 'dev'
        ? `${key}.`
        : `${key}, and send it again: fic-dev replay last --sign dev (or check: fic-dev check).`
    return {
      cause: 'signature',
      text: `${status} is probably your app's own check of the signature. ${todo}`,
    }
  }
  if (status === 404) {
    return { cause: 'path', text: `404: your app knows no such path. Is ${where} your webhook route?` }
  }
  if (status >= 500 && responseBody) {
    const said = [...responseBody.trim()].slice(0, shownCharacters).join('')
    return said === '' ? null : { cause: 'failure', text: `Your app says:\n${indent(visibleLines(said))}` }
  }
  return null
}

/** Of what a follower takes from its hub; `null` where there is nothing to say. Pure. */
export function hintOnShared({ signature }: Notification): Hint | null {
  if (signature.outcome !== 'invalid') return null
  return {
    cause: 'signature',
    text: 'Not signed by Fatture in Cloud, so your app does not get it. A hub with --emulator signs with a key of its own: "fic-dev keys" there prints it, --public-key here believes it.',
  }
}

/** Tells a hint about a target, unless it was told before. */
export function createHints(say: (text: string) => void): (target: string, hint: Hint | null) => void {
  const told = new Set<string>()
  return (target, hint) => {
    if (!hint || told.has(`${hint.cause} ${target}`)) return
    told.add(`${hint.cause} ${target}`)
    say(hint.text)
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
