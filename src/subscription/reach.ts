/** Makes sure that our sink can be reached before an attempt is spent on it. */

import { FicDevError } from '../errors.ts'
import { isEmulator } from '../fic-api/error.ts'

export type ProbeAnswer = { outcome: 'ok' } | { outcome: 'failed' | 'unknown'; reason: string }

/**
 * Fatture in Cloud would refuse plain HTTP with fewer words.
 * @throws FicDevError SUBSCRIPTION_FAILED
 */
export function demandPublicSink(sink: string, apiBase: string): void {
  const { protocol, origin } = new URL(sink)
  if (isEmulator(apiBase) || protocol === 'https:') return
  throw new FicDevError('SUBSCRIPTION_FAILED', `Fatture in Cloud cannot reach a sink at ${origin}.`, {
    hint: 'It wants a public https URL: choose a tunnel with --tunnel, or name your own proxy with --public-url.',
  })
}

/**
 * No round trip, no attempt. A person may overrule a probe that cannot tell, but not one that failed: `isOverruled` is
 * called with the reason.
 * @throws FicDevError PROBE_FAILED
 */
export async function demandRoundTrip(
  probe: () => Promise<ProbeAnswer>,
  isOverruled: (reason: string) => boolean | Promise<boolean>,
): Promise<void> {
  const probed = await probe()
  if (probed.outcome === 'ok' || (probed.outcome === 'unknown' && (await isOverruled(probed.reason)))) return
  throw new FicDevError(
    'PROBE_FAILED',
    `No verification was requested, because a request to the public URL did not come back: ${probed.reason.replace(/\.$/, '')}.`,
    {
      hint:
        probed.outcome === 'unknown'
          ? 'This machine cannot check the public URL (name resolution, network or proxy). If the public URL works from elsewhere, start with --yes, or run "fic-dev subscriptions create" or "verify".'
          : 'A running fic-dev retries. If this continues, try another --tunnel, or --public-url.',
    },
  )
}
