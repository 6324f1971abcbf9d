/** Puts tokens before a verifier that expects one certain event, and gives its verdicts in a form that is easy to compare. */

import { createVerifier, type Expected } from '../../../src/fic/signature/verify.ts'
import { fic, ficClaims, id, issuedAt, makeKeys, makeToken, sink, subject } from '../../support/tokens.ts'

/** The key of somebody else. */
export const stranger = makeKeys('P-256')

/** The verdicts on a true token. */
export const allOk = {
  alg: 'ok',
  signature: 'ok',
  iss: 'ok',
  aud: 'ok',
  sub: 'ok',
  jti: 'ok',
  iat: 'ok',
  nbf: 'absent',
  exp: 'ok',
  aid: 'shown',
}

export const valid = { outcome: 'valid', wrong: [] }
export const wrongOnly = (claim: string) => ({ outcome: 'invalid', wrong: [claim] })

const verify = await createVerifier(fic.publicPem)

const expected: Expected = {
  audiences: [sink],
  kind: 'event',
  id,
  subject,
  now: new Date((issuedAt + 5) * 1000),
}

/** The whole report, and its verdicts by claim. */
export async function judge(token: string | null, changes: Partial<Expected> = {}) {
  const report = await verify(token, { ...expected, ...changes })
  const verdicts = Object.fromEntries(report.claims.map(({ claim, verdict }) => [claim, verdict]))
  return { ...report, verdicts }
}

/** The outcome of a claim set that is truly signed, and the claims that are not as they should be. */
export async function judgeClaims(claims: object, changes: Partial<Expected> = {}) {
  const { outcome, verdicts } = await judge(makeToken({ ...ficClaims, ...claims }), changes)
  const wrong = Object.entries(verdicts).filter(([, verdict]) => verdict === 'wrong')
  return { outcome, wrong: wrong.map(([claim]) => claim) }
}
