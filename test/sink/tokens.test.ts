/** Tokens that are not genuine: kept and shown with the reason, answered 200, and never handed to the target. */

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fic as ficKeys, ficClaims, makeHmacToken, makeKeys, makeToken, toInput } from '../support/tokens.ts'
import { invoiceCreated, newId, oneId, openHouse, withHeader, type House } from '../support/house.ts'
import { toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const stranger = makeKeys('P-256')
const otherCurve = makeKeys('P-384')
const nowSeconds = () => Math.floor(Date.now() / 1000)

/** The claims of a true token for this id. */
function trueClaims(id: string, changes: Record<string, unknown> = {}) {
  const iat = nowSeconds()
  return { ...ficClaims, iat, exp: iat + 3 * 3600, aud: [house.fic.sinkUrl], jti: id, ...changes }
}

const jwk = { kty: 'EC', crv: 'P-256', ...stranger.privateKey.export({ format: 'jwk' }) }

const forged: [what: string, token: (id: string) => string, claim: string | null][] = [
  ['that is no token', () => 'abc', null],
  ['with two parts', () => 'a.b', null],
  ['with parts that are no base64', () => '!!.??.==', 'signature'],
  ['signed by another key', (id) => makeToken(trueClaims(id), { key: stranger.privateKey }), 'signature'],
  ['whose signature was changed', (id) => `${makeToken(trueClaims(id)).slice(0, -8)}AAAAAAAA`, 'signature'],
  ['without a signature', (id) => `${toInput({ alg: 'none' }, trueClaims(id))}.`, 'alg'],
  ['with alg "none" in capitals', (id) => `${toInput({ alg: 'NONE' }, trueClaims(id))}.`, 'alg'],
  ['signed HS256 with the public key', (id) => makeHmacToken(trueClaims(id), ficKeys.publicPem), 'alg'],
  [
    'signed on another curve',
    (id) =>
      makeToken(trueClaims(id), { header: { alg: 'ES384' }, key: otherCurve.privateKey, hash: 'sha384' }),
    'alg',
  ],
  [
    'that brings its own key (jwk)',
    (id) => makeToken(trueClaims(id), { header: { alg: 'ES256', jwk }, key: stranger.privateKey }),
    'signature',
  ],
  [
    'that names where its key is (jku)',
    (id) =>
      makeToken(trueClaims(id), {
        header: { alg: 'ES256', jku: 'https://evil.example/keys', x5u: 'https://evil.example/cert' },
        key: stranger.privateKey,
      }),
    'signature',
  ],
  [
    'that asks for extensions (crit)',
    (id) => makeToken(trueClaims(id), { header: { alg: 'ES256', crit: ['b64'], b64: true } }),
    'signature',
  ],
  ['that has expired', (id) => makeToken(trueClaims(id, { exp: nowSeconds() - 3600 })), 'exp'],
  ['that never expires', (id) => makeToken(trueClaims(id, { exp: undefined })), 'exp'],
  ['for another sink', (id) => makeToken(trueClaims(id, { aud: ['https://example.com/x'] })), 'aud'],
  [
    'for the origin only',
    (id) => makeToken(trueClaims(id, { aud: [new URL(house.fic.sinkUrl).origin] })),
    'aud',
  ],
  ['for nobody', (id) => makeToken(trueClaims(id, { aud: [] })), 'aud'],
  ['of another issuer', (id) => makeToken(trueClaims(id, { iss: 'https://evil.example' })), 'iss'],
  ['of another company', (id) => makeToken(trueClaims(id, { sub: 'company:1' })), 'sub'],
  ['of another notification', (id) => makeToken(trueClaims(id, { jti: newId() })), 'jti'],
  [
    'with a claim twice',
    (id) =>
      makeToken(
        JSON.stringify(trueClaims(id))
          .replace('{', '{"jti":"x",')
          .replace('"aud":[', '"aud":[],"aud":["x"],"x":['),
      ),
    'aud',
  ],
]

describe('a token', () => {
  test.each(forged)(
    '%s is answered 200, and kept as invalid with the reason',
    async (_what, token, claim) => {
      const id = newId()
      const headers = withHeader(house.headers({ id }), 'Authorization', `Bearer ${token(id)}`)
      const { answer, notification } = await house.capture(toRequest(`POST ${house.path}`, headers, oneId))

      expect(answer).toMatchObject({ status: 200, body: '' })
      expect(notification).toMatchObject({ kind: 'event', signature: { outcome: 'invalid' }, deliveries: [] })
      expect(notification.signature.problems).not.toEqual([])
      const wrong = notification.signature.claims.filter(({ verdict }) => verdict === 'wrong')
      expect(wrong.map((one) => one.claim)).toEqual(expect.arrayContaining(claim === null ? [] : [claim]))
      for (const { says } of wrong) expect(says).toMatch(/^\S.{10,}\.$/s)
    },
  )

  test('of 15 KiB of nothing is looked at and kept as invalid', async () => {
    const headers = withHeader(house.headers(), 'Authorization', `Bearer ${'x'.repeat(15_000)}`)
    const { answer, notification } = await house.capture(toRequest(`POST ${house.path}`, headers, oneId))

    expect(answer.status).toBe(200)
    expect(notification.signature.outcome).toBe('invalid')
  })
})

test.each([
  ['no Authorization', undefined],
  ['an empty one', ''],
  ['another scheme', 'Basic YTpi'],
  ['a scheme without a token', 'Bearer'],
  ['two tokens', 'Bearer a b'],
])('%s: answered 200, and kept as unsigned', async (_what, value) => {
  const headers = withHeader(house.headers(), 'Authorization', value)
  const { answer, notification } = await house.capture(toRequest(`POST ${house.path}`, headers, oneId))

  expect(answer.status).toBe(200)
  expect(notification).toMatchObject({ signature: { outcome: 'missing' }, deliveries: [] })
})

test('two different tokens, the second one true: neither is believed', async () => {
  const headers = ['Authorization: Bearer abc', ...house.headers()]
  const { answer, notification } = await house.capture(toRequest(`POST ${house.path}`, headers, oneId))

  expect(answer.status).toBe(200)
  expect(notification).toMatchObject({
    signature: { outcome: 'invalid' },
    problems: ['There are 2 different Authorization headers; none of them was used.'],
  })
})

test('a true token with another body is valid, for it signs no body, and marked suspicious', async () => {
  const headers = house.headers({ id: newId() })
  const first = await house.capture(toRequest(`POST ${house.path}`, headers, oneId))
  const second = await house.capture(toRequest(`POST ${house.path}`, headers, '{"data":{"ids":[666]}}'))

  expect(first.notification).toMatchObject({ signature: { outcome: 'valid' }, twinOf: null, problems: [] })
  expect(second.notification).toMatchObject({
    signature: { outcome: 'valid' },
    twinOf: first.notification.seq,
    problems: [expect.stringMatching(/^Suspicious: .* same id and another body/)],
  })
})

test('a true token reaches the target; none of those above did', async () => {
  const type = `it.fattureincloud.webhooks.last.${randomUUID()}`
  await house.capture(toRequest(`POST ${house.path}`, house.headers({ type }), oneId))
  // The two of the test before, and this one.
  const received = await house.target.waitFor(3)

  expect(received.map(({ headers }) => headers['ce-type'])).toEqual([invoiceCreated, invoiceCreated, type])
  expect(house.target.received).toHaveLength(3)
})
