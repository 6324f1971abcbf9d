import { createPublicKey, generateKeyPairSync } from 'node:crypto'

import { expect, test } from 'vitest'

import { FicDevError } from '../../../src/errors.ts'
import { ficPublicKeyPem, readPublicKey, toBase64Key } from '../../../src/fic/signature/public-key.ts'
import { makeKeys } from '../../support/tokens.ts'

/** As published (docs/protocol.md#5-the-signature). */
const published =
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFL1JvSElqZ1k3aGZYZlk1cC9KeStLL0ZndU1aNAozVHZaOXQ0ZU43K2t4UTBNSnpLdG93djRDY1lURnFyQm03aE1CNVpXS25xTHoyNEQ2bFFqU0wwWXN3PT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg=='

test('the key of Fatture in Cloud is the published one, on the curve P-256', () => {
  const key = createPublicKey(ficPublicKeyPem)
  expect(key.asymmetricKeyType).toBe('ec')
  expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(toBase64Key(ficPublicKeyPem)).toBe(published)
})

test.each([
  ['PEM', ficPublicKeyPem],
  ['base64 of the PEM', published],
  ['base64 in lines', published.replace(/.{64}/g, '$&\n')],
  ['PEM with space around it', `\n  ${ficPublicKeyPem}\n`],
  ['PEM with \\n as in an environment file', ficPublicKeyPem.replaceAll('\n', '\\n')],
  ['PEM with CRLF', ficPublicKeyPem.replaceAll('\n', '\r\n')],
])('%s is read', (_, text) => {
  expect(readPublicKey(text, '--public-key')).toBe(ficPublicKeyPem)
})

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privatePem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  type: 'spki',
  format: 'pem',
})
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })

test.each([
  ['nothing', '', 'is neither a PEM public key nor base64 of one.'],
  ['noise', 'hello', 'is neither a PEM public key nor base64 of one.'],
  ['a file name', './key.pem', 'is neither a PEM public key nor base64 of one.'],
  ['a broken PEM', ficPublicKeyPem.replace('MFkw', 'AAAA'), 'is a PEM public key that cannot be read.'],
  ['a private key', privatePem, 'is a private key; only the public half belongs here.'],
  [
    'a private key in base64',
    toBase64Key(privatePem),
    'is a private key; only the public half belongs here.',
  ],
  ['P-384', makeKeys('P-384').publicPem, 'is a key of type ec secp384r1.'],
  ['secp256k1', makeKeys('secp256k1').publicPem, 'is a key of type ec secp256k1.'],
  ['RSA', rsa.toString(), 'is a key of type rsa.'],
  ['Ed25519', ed25519.toString(), 'is a key of type ed25519.'],
])('%s is refused, and the error names its source', (_, text, problem) => {
  let thrown: unknown
  try {
    readPublicKey(text, '--public-key')
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(FicDevError)
  expect(thrown).toMatchObject({
    code: 'FIC_DEV_E_CONFIG_INVALID',
    message: `--public-key ${problem}`,
    hint: expect.stringContaining('P-256'),
  })
})
