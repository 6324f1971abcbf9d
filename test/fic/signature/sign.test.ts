import { createPrivateKey, createPublicKey, verify } from 'node:crypto'

import { expect, test } from 'vitest'

import { createDevKey, signNotification } from '../../../src/fic/signature/sign.ts'
import { id, issuedAt, subject } from '../../support/tokens.ts'

const audience = 'http://localhost:3000/webhooks'
const now = new Date(issuedAt * 1000 + 999)

test('a dev key is a P-256 pair in PEM, another one each time', async () => {
  const [first, second] = [await createDevKey(), await createDevKey()]
  expect(first.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
  expect(first.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
  expect(createPrivateKey(first.privateKey).asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(createPublicKey(first.privateKey).export({ type: 'spki', format: 'pem' })).toBe(first.publicKey)
  expect(first.privateKey).not.toBe(second.privateKey)
})

test('a token has every claim that Fatture in Cloud documents, and node:crypto finds the signature right', async () => {
  const key = await createDevKey()
  const token = await signNotification(key.privateKey, { id, subject, audience, now, applicationId: 42 })
  const [header = '', payload = '', signature = ''] = token.split('.')
  expect(decode(header)).toEqual({ alg: 'ES256', typ: 'JWT' })
  expect(decode(payload)).toEqual({
    jti: id,
    iss: 'https://api-v2.fattureincloud.it',
    exp: issuedAt + 3 * 3600,
    iat: issuedAt,
    sub: subject,
    aud: [audience],
    aid: 42,
  })
  const isRight = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key: key.publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  expect(isRight).toBe(true)
})

test('an application id that is not known is 0', async () => {
  const { privateKey } = await createDevKey()
  const token = await signNotification(privateKey, { id, subject, audience, now })
  expect(decode(token.split('.')[1] ?? '')).toMatchObject({ aid: 0 })
})

function decode(segment: string): unknown {
  return JSON.parse(Buffer.from(segment, 'base64url').toString())
}
