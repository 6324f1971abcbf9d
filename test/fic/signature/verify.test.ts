import { createHash, sign } from 'node:crypto'

import { exportJWK, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'

import { createVerifier } from '../../../src/fic/signature/verify.ts'
import { allOk, judge, stranger } from './judge.ts'
import {
  fic,
  ficClaims,
  id,
  issuedAt,
  makeHmacToken,
  makeKeys,
  makeToken,
  sink,
  subject,
  toInput,
  toSegment,
} from '../../support/tokens.ts'

describe('a true token', () => {
  test('is valid, with a verdict on every claim', async () => {
    const report = await judge(makeToken(ficClaims))
    expect(report).toMatchObject({ outcome: 'valid', problems: [], verdicts: allOk })
    expect(Object.fromEntries(report.claims.map(({ claim, value }) => [claim, value]))).toMatchObject({
      alg: 'ES256',
      iss: 'https://api-v2.fattureincloud.it',
      aud: [sink],
      sub: subject,
      jti: id,
      iat: issuedAt,
      nbf: null,
      exp: issuedAt + 10800,
      aid: 42,
    })
  })

  test('says in words what each claim means', async () => {
    const { claims } = await judge(makeToken(ficClaims))
    expect(claims.find(({ claim }) => claim === 'exp')).toEqual({
      claim: 'exp',
      value: issuedAt + 10800,
      expected: 'a time that is not in the past',
      verdict: 'ok',
      says: 'Valid until 2026-03-01T15:00:00.000Z.',
    })
    for (const { says } of claims) expect(says).toMatch(/\.$/)
  })

  test('signed by jose is valid too', async () => {
    const token = await new SignJWT(ficClaims).setProtectedHeader({ alg: 'ES256' }).sign(fic.privateKey)
    expect(await judge(token)).toMatchObject({ outcome: 'valid', problems: [] })
  })
})

test('no token is missing, not invalid', async () => {
  expect(await judge(null)).toEqual({
    outcome: 'missing',
    claims: [],
    problems: ['There is no bearer token.'],
    verdicts: {},
  })
})

describe('a forged token is invalid, and its claims are still shown:', () => {
  const es384 = makeKeys('P-384')
  const signatureOf = (token: string) => token.split('.')[2] ?? ''
  const forged: [string, string, Record<string, string>][] = [
    ['another key', makeToken(ficClaims, { key: stranger.privateKey }), { signature: 'wrong' }],
    ['alg none', `${toInput({ alg: 'none' }, ficClaims)}.`, { alg: 'wrong', signature: 'wrong' }],
    [
      'alg none with a signature',
      `${toInput({ alg: 'none' }, ficClaims)}.${signatureOf(makeToken(ficClaims))}`,
      { alg: 'wrong', signature: 'wrong' },
    ],
    [
      'HS256 with the public key as secret',
      makeHmacToken(ficClaims, fic.publicPem),
      { alg: 'wrong', signature: 'wrong' },
    ],
    [
      'ES384 and its curve',
      makeToken(ficClaims, { header: { alg: 'ES384' }, key: es384.privateKey, hash: 'sha384' }),
      { alg: 'wrong', signature: 'wrong' },
    ],
    [
      'ES256 claimed over another curve',
      makeToken(ficClaims, { key: es384.privateKey }),
      { signature: 'wrong' },
    ],
    [
      'another algorithm claimed over the true key',
      makeToken(ficClaims, { header: { alg: 'ES512' } }),
      { alg: 'wrong', signature: 'wrong' },
    ],
    ['no algorithm', makeToken(ficClaims, { header: { typ: 'JWT' } }), { alg: 'wrong', signature: 'wrong' }],
    [
      'the algorithm in a list',
      makeToken(ficClaims, { header: { alg: ['ES256'] } }),
      { alg: 'wrong', signature: 'wrong' },
    ],
    [
      'the signature of other claims',
      `${toInput({ alg: 'ES256' }, ficClaims)}.${signatureOf(makeToken({ ...ficClaims, aid: 1 }))}`,
      { signature: 'wrong' },
    ],
    [
      'a signature of zeros',
      `${toInput({ alg: 'ES256' }, ficClaims)}.${toSegment('\0'.repeat(64))}`,
      { signature: 'wrong' },
    ],
    ['no signature', `${toInput({ alg: 'ES256' }, ficClaims)}.`, { signature: 'wrong' }],
    [
      'a signature that is no base64url',
      `${toInput({ alg: 'ES256' }, ficClaims)}.!!!!`,
      { signature: 'wrong' },
    ],
  ]
  test.each(forged)('%s', async (_, token, changed) => {
    const { outcome, verdicts } = await judge(token)
    expect({ outcome, verdicts }).toEqual({ outcome: 'invalid', verdicts: { ...allOk, ...changed } })
  })

  test('another algorithm is not even tried', async () => {
    const { claims } = await judge(makeHmacToken(ficClaims, fic.publicPem))
    expect(claims.find(({ claim }) => claim === 'signature')?.says).toBe(
      'Not checked, because the algorithm is not ES256.',
    )
  })

  test('one character changed anywhere in header or payload', async () => {
    const token = makeToken(ficClaims)
    const signedLength = token.lastIndexOf('.')
    const outcomes = await Promise.all(
      Array.from({ length: signedLength }, async (_, at) => {
        const other = token[at] === 'A' ? 'B' : 'A'
        return (await judge(`${token.slice(0, at)}${other}${token.slice(at + 1)}`)).outcome
      }),
    )
    expect(new Set(outcomes)).toEqual(new Set(['invalid']))
  })

  test.each(['jwk', 'jku', 'x5c', 'x5u'])('a %s header does not bring its own key', async (member) => {
    const jwk = await exportJWK(stranger.privateKey)
    const { d: _, ...publicJwk } = jwk
    const brought: Record<string, unknown> = {
      jwk: publicJwk,
      jku: 'https://example.com/keys.json',
      x5c: [createHash('sha256').update(stranger.publicPem).digest('base64')],
      x5u: 'https://example.com/key.pem',
    }
    const header = { alg: 'ES256', [member]: brought[member] }
    const { outcome, problems } = await judge(makeToken(ficClaims, { header, key: stranger.privateKey }))
    expect(outcome).toBe('invalid')
    expect(problems).toContain(`The header names a key of its own (${member}), which was not looked at.`)
    // The same header under the true key: the key that counts is still ours.
    expect(await judge(makeToken(ficClaims, { header }))).toMatchObject({ outcome: 'valid', verdicts: allOk })
  })

  test.each([
    { alg: 'ES256', crit: ['exp'], exp: 1 },
    { alg: 'ES256', crit: [] },
    { alg: 'ES256', crit: ['b64'], b64: true },
    // An unencoded payload, as RFC 7797 allows it: the signature is right, but over other claims than are read.
    { alg: 'ES256', crit: ['b64'], b64: false },
  ])('the header %j asks for more than we do', async (header) => {
    expect(await judge(makeToken(ficClaims, { header }))).toMatchObject({
      outcome: 'invalid',
      verdicts: { ...allOk, signature: 'wrong' },
    })
  })
})

describe('a token that is no token is invalid and harms nobody:', () => {
  test.each([
    '',
    '.',
    '..',
    '...',
    'junk',
    'a.b',
    'a.b.c.d',
    'a.b.c.d.e',
    '%%%.%%%.%%%',
    `${toSegment({ alg: 'ES256' })}.${toSegment(ficClaims)}`,
    `${toSegment('[]')}.${toSegment(ficClaims)}.AAAA`,
    `${toSegment('null')}.${toSegment('null')}.AAAA`,
    ` ${makeToken(ficClaims)}`,
    `${makeToken(ficClaims)}=`,
    `${makeToken(ficClaims)}.`,
    'è.è.è',
    '\ud800.\ud800.\ud800',
  ])('%j', async (token) => {
    expect((await judge(token)).outcome).toBe('invalid')
  })

  test.each(['not json', '', '[]', 'null', '"text"', '7', '{"jti":', '\ufeff'])(
    'a truly signed payload %j that is no JSON object',
    async (payload) => {
      const { outcome, verdicts, problems } = await judge(makeToken(payload))
      expect(outcome).toBe('invalid')
      expect(verdicts.alg).toBe('ok')
      expect(problems).toContain('The payload of the token is not a JSON object in base64url.')
    },
  )

  test('a truly signed payload that is not UTF-8', async () => {
    const input = `${toSegment({ alg: 'ES256' })}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}`
    const signature = sign('sha256', Buffer.from(input), { key: fic.privateKey, dsaEncoding: 'ieee-p1363' })
    expect(await judge(`${input}.${signature.toString('base64url')}`)).toMatchObject({
      outcome: 'invalid',
      verdicts: { alg: 'ok', signature: 'ok' },
    })
  })

  test('more than 16 KiB is not looked at', async () => {
    const huge = makeToken({ ...ficClaims, aid: 'x'.repeat(1024 * 1024) })
    expect(await judge(huge)).toEqual({
      outcome: 'invalid',
      claims: [],
      problems: [`The token has ${huge.length} characters; more than 16384 are not looked at.`],
      verdicts: {},
    })
  })

  test('a deep claim is named, so that the report can always be written', async () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
    const { claims } = await judge(makeToken(`{"aid":${deep},"iss":{"a":1}}`))
    expect(claims.find(({ claim }) => claim === 'aid')?.value).toEqual(['a list'])
    expect(claims.find(({ claim }) => claim === 'iss')?.value).toBe('an object')
  })
})

test('a key on another curve makes no verifier', async () => {
  await expect(createVerifier(makeKeys('P-384').publicPem)).rejects.toThrow(/curve|namedCurve|key/i)
})
