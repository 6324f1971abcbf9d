/** The check of a signature, beside that of another library: both believe the same tokens, however they were changed. */

import { createPublicKey } from 'node:crypto'
import * as fc from 'fast-check'
import { compactVerify } from 'jose'
import { expect, test } from 'vitest'
import { judge, judgeClaims } from '../fic/signature/judge.ts'
import { fic, ficClaims, id, issuedAt, makeHmacToken, makeToken, sink, subject } from '../support/tokens.ts'

const key = createPublicKey(fic.publicPem)

/** By the other library: the algorithm, the form and the signature; no claims. */
async function isSigned(token: string): Promise<boolean> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['ES256'] })
    return typeof JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) === 'object'
  } catch {
    return false
  }
}

const trueToken = makeToken(ficClaims)
const position = fc.nat({ max: trueToken.length - 1 })
const character = fc.constantFrom(...'abcXYZ019-_.=+/ \n\u0000é')

/** A true token with something done to it. */
const changed = fc.oneof(
  fc.tuple(position, character).map(([at, put]) => trueToken.slice(0, at) + put + trueToken.slice(at + 1)),
  fc.tuple(position, character).map(([at, put]) => trueToken.slice(0, at) + put + trueToken.slice(at)),
  position.map((length) => trueToken.slice(0, length)),
  fc.string().map((more) => trueToken + more),
  fc.shuffledSubarray(trueToken.split('.')).map((parts) => parts.join('.')),
  fc.jsonValue().map((header) => makeToken(ficClaims, { header })),
  fc
    .record({
      alg: fc.constantFrom('ES256', 'ES384', 'none', 'HS256', 'es256', ''),
      crit: fc.option(fc.constantFrom(['b64'], [], 'b64'), { nil: undefined }),
      b64: fc.option(fc.boolean(), { nil: undefined }),
    })
    .map((header) => makeToken(ficClaims, { header })),
  fc.constantFrom(makeHmacToken(ficClaims, fic.publicPem), makeHmacToken(ficClaims, '')),
)

test('no change to a true token is believed that the other library would not believe', async () => {
  await fc.assert(
    fc.asyncProperty(changed, async (token) => {
      const { outcome } = await judge(token)
      expect([outcome, await isSigned(token)]).not.toEqual(['valid', false])
    }),
    { numRuns: 2_000 },
  )
})

test('nothing that calls itself a token makes the check throw, and nothing made up is believed', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.base64String(),
  )
  const token = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(token, async (madeUp) => {
      expect((await judge(madeUp)).outcome).toBe('invalid')
    }),
    { numRuns: 2_000 },
  )
})

test('truly signed claims count only when each is what Fatture in Cloud would have written', async () => {
  const claim = <T>(right: T) => fc.oneof({ weight: 3, arbitrary: fc.constant(right) }, fc.jsonValue())
  const claims = fc.record({
    iss: claim(ficClaims.iss),
    aud: claim([sink]),
    sub: claim(subject),
    jti: claim(id),
    iat: claim(issuedAt),
    exp: claim(issuedAt + 10_800),
  })
  await fc.assert(
    fc.asyncProperty(claims, async (put) => {
      const { outcome } = await judgeClaims(put)
      const now = issuedAt + 5
      const isRight =
        put.iss === ficClaims.iss &&
        (put.aud === sink || (Array.isArray(put.aud) && put.aud.includes(sink))) &&
        put.sub === subject &&
        put.jti === id &&
        typeof put.iat === 'number' &&
        typeof put.exp === 'number' &&
        put.exp > now - 60
      expect(outcome).toBe(isRight ? 'valid' : 'invalid')
    }),
    { numRuns: 2_000 },
  )
})
