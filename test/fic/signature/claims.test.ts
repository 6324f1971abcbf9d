import { describe, expect, test } from 'vitest'

import { allOk, judge, judgeClaims, stranger, valid, wrongOnly } from './judge.ts'
import { ficClaims, issuedAt, makeToken, sink } from '../../support/tokens.ts'

describe('times have 60 s of leeway', () => {
  const now = issuedAt + 5
  test.each([
    ['exp', now + 1, true],
    ['exp', now - 59, true],
    ['exp', now - 60, false],
    ['exp', now - 3600, false],
    ['iat', now + 60, true],
    ['iat', now - 1_000_000, true],
    ['nbf', now + 60, true],
    ['nbf', now - 1, true],
  ])('%s %i is accepted: %s', async (claim, value, accepted) => {
    expect(await judgeClaims({ [claim]: value })).toEqual(accepted ? valid : wrongOnly(claim))
  })
})

describe('a time that our clock has not reached says that the clock is behind, and nothing against the token', () => {
  const now = issuedAt + 5

  test.each([
    ['iat', 61, '61 s'],
    ['nbf', 61, '61 s'],
    ['iat', 120, '2 min'],
    ['iat', 3 * 3600, '3 h'],
    ['iat', 3650 * 24 * 3600, '10 years'],
  ])('%s %d s ahead is valid, and told', async (claim, seconds, behind) => {
    const claims = { ...ficClaims, exp: now + seconds + 10_800, [claim]: now + seconds }
    const report = await judge(makeToken(claims))

    expect(report).toMatchObject({ outcome: 'valid', verdicts: { [claim]: 'ahead' } })
    expect(report.problems).toEqual([
      expect.stringMatching(new RegExp(`: the clock of this machine is ${behind} behind\\.$`)),
    ])
  })

  test('both of them are one warning', async () => {
    const report = await judge(makeToken({ ...ficClaims, iat: now + 120, nbf: now + 120, exp: now + 10_800 }))

    expect(report.verdicts).toMatchObject({ iat: 'ahead', nbf: 'ahead' })
    expect(report.problems).toHaveLength(1)
  })

  test('it makes nothing right that is wrong', async () => {
    expect(await judgeClaims({ iat: now + 120, jti: '198:other' })).toEqual(wrongOnly('jti'))
  })
})

describe('each claim decides', () => {
  test.each([
    ['iss', undefined],
    ['iss', 'https://api-v2.fattureincloud.it/'],
    ['iss', 'https://example.com'],
    ['iss', ['https://api-v2.fattureincloud.it']],
    ['sub', undefined],
    ['sub', 'company:1'],
    ['sub', 'COMPANY:12345'],
    ['jti', undefined],
    ['jti', '198:other'],
    ['jti', ''],
    ['aud', undefined],
    ['aud', []],
    ['aud', ['https://example.com']],
    ['aud', [`${sink}/`]],
    ['aud', [`${sink}?a=1`]],
    ['aud', [sink.toUpperCase()]],
    ['aud', [[sink]]],
    ['aud', { 0: sink }],
    ['aud', 'https://example.com'],
    ['exp', undefined],
    ['exp', String(issuedAt + 10800)],
    ['exp', null],
    ['iat', undefined],
    ['iat', 'now'],
    ['nbf', '0'],
    ['nbf', null],
  ])('%s %j makes the token invalid', async (claim, value) => {
    expect(await judgeClaims({ [claim]: value })).toEqual(wrongOnly(claim))
  })

  test.each([
    ['aud', ['https://example.com', sink]],
    ['aud', sink],
    ['aid', undefined],
    ['aid', 'anything'],
  ])('%s %j leaves it valid', async (claim, value) => {
    expect(await judgeClaims({ [claim]: value })).toEqual(valid)
  })

  test('any of our audiences will do', async () => {
    const audiences = ['https://old.example.com/x', sink]
    expect(await judgeClaims({}, { audiences })).toEqual(valid)
  })

  test('with no sink URL known, no audience is right', async () => {
    expect(await judgeClaims({}, { audiences: [] })).toEqual(wrongOnly('aud'))
  })

  test.each([
    ['jti', { id: null }, {}],
    ['jti', { id: '' }, { jti: '' }],
    ['sub', { subject: null }, {}],
    ['sub', { subject: '' }, { sub: '' }],
  ] as const)(
    '%s is wrong where the notification has nothing to compare with',
    async (claim, changes, claims) => {
      expect(await judgeClaims(claims, changes)).toEqual(wrongOnly(claim))
    },
  )

  test.each([1e300, -1e300, 8.64e12 + 1])(
    'the time %d, beyond every calendar, is survived',
    async (value) => {
      // In the future all three are as far ahead as they like.
      const outcome = value > 0 ? 'valid' : 'invalid'
      expect((await judgeClaims({ iat: value, exp: value, nbf: value })).outcome).toBe(outcome)
    },
  )

  test('what is wrong is told in words', async () => {
    const { problems } = await judge(
      makeToken({ ...ficClaims, aud: ['https://example.com'], exp: issuedAt - 60 }),
    )
    expect(problems).toEqual([
      'Meant for "https://example.com", not for our sink.',
      'Expired at 2026-03-01T11:59:00.000Z.',
    ])
  })

  test('a welcome and an unknown message are checked like an event', async () => {
    expect(await judgeClaims({ jti: 'other' }, { kind: 'welcome' })).toEqual(wrongOnly('jti'))
    expect(await judgeClaims({ jti: 'other' }, { kind: 'unknown' })).toEqual(wrongOnly('jti'))
  })
})

describe('on a verification', () => {
  const verification = { kind: 'verification', id: null, subject: null } as const

  test.each([
    ['what they hold', { jti: 'anything', sub: 'anything' }, 'shown'],
    ['that they are missing', { jti: undefined, sub: undefined }, 'absent'],
  ])('jti and sub are only shown: %s', async (_, claims, verdict) => {
    const report = await judge(makeToken({ ...ficClaims, ...claims }), verification)
    expect(report).toMatchObject({ outcome: 'valid', verdicts: { ...allOk, jti: verdict, sub: verdict } })
  })

  test('the audience is compared without its query', async () => {
    const aud = [`${sink}?x-fic-verification-challenge=abc`]
    expect(await judgeClaims({ aud }, verification)).toEqual(valid)
    expect(await judgeClaims({}, { ...verification, audiences: [`${sink}?a=1`] })).toEqual(valid)
  })

  test.each([[`${sink}/?a=1`], ['https://example.com/?'], ['?'], ['']])(
    'the audience %j is still not ours',
    async (entry) => {
      expect(await judgeClaims({ aud: [entry] }, verification)).toEqual(wrongOnly('aud'))
    },
  )

  test('the signature still counts', async () => {
    const token = makeToken(ficClaims, { key: stranger.privateKey })
    expect((await judge(token, verification)).outcome).toBe('invalid')
  })
})
