/** When the token of a notification runs out: three hours after its issue (docs/protocol.md#5-the-signature). */

import type { SignatureReport } from '../../src/contract/notification.ts'

/** As a time in milliseconds; `null` when the token does not say. */
export function readExpiryMs(signature: SignatureReport): number | null {
  const value = signature.claims.find((claim) => claim.claim === 'exp')?.value
  if (typeof value !== 'number') return null
  const ms = value * 1_000
  // Beyond this a Date is invalid, and a forged token may say anything.
  return Math.abs(ms) <= 8.64e15 ? ms : null
}
