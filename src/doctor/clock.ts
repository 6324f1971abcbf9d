/** Compares this machine's clock with that of Fatture in Cloud: tokens live by it. */

import { startExchange } from '../http/exchange.ts'
import { headerOf } from '../http/headers.ts'
import { doubtful, fine, skipped, wrong, type DoctorFinding } from './finding.ts'

/** What the check of a token forgives. */
const leewaySeconds = 60

/** Asks for nothing but the headers of an answer, of whatever status. */
export async function lookAtClock(apiBase: string, timeoutMs = 5_000): Promise<DoctorFinding> {
  const sentAt = Date.now()
  const result = await startExchange(
    { method: 'HEAD', url: new URL(apiBase), headers: [], body: Buffer.alloc(0) },
    { timeoutMs },
  ).result
  if (!result.isAnswered) {
    return doubtful(
      'clock',
      `${apiBase} does not answer: ${result.reason}.`,
      'Without it there is no subscription, and the clock cannot be compared.',
      'Check the connection to the internet and the proxy (HTTPS_PROXY, NO_PROXY); --emulator works without.',
    )
  }
  const middle = (sentAt + Date.now()) / 2
  const theirs = Date.parse(headerOf(result.headers, 'date') ?? '')
  if (Number.isNaN(theirs)) return skipped('clock', `${apiBase} does not say what time it is.`)
  return judgeClock((middle - theirs) / 1000)
}

/** @param aheadSeconds by how much this machine is ahead; the other side tells whole seconds only */
export function judgeClock(aheadSeconds: number): DoctorFinding {
  const seconds = Math.round(Math.abs(aheadSeconds))
  const what =
    seconds <= 2
      ? 'The clock is right.'
      : `The clock is ${seconds} s ${aheadSeconds > 0 ? 'ahead' : 'behind'}.`
  if (seconds <= leewaySeconds / 2) return fine('clock', what)
  const judge = seconds > leewaySeconds ? wrong : doubtful
  return judge(
    'clock',
    what,
    'A token is valid for three hours after it is issued. With a wrong clock, a valid token looks expired or not yet valid.',
    'Set the clock, or have it set from the network (NTP).',
  )
}
