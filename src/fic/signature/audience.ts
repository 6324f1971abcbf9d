/** The audience of a token, which is the sink that it was signed for (docs/protocol.md#5-the-signature). */

import type { SignatureReport } from '../../contract/notification.ts'

/** The first audience of a valid token; `null` for any other signature. Pure. */
export function provenAudience({ outcome, claims }: SignatureReport): string | null {
  if (outcome !== 'valid') return null
  const audience = [claims.find(({ claim }) => claim === 'aud')?.value].flat()[0]
  return typeof audience === 'string' ? audience : null
}
