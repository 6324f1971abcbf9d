/** Checks the token of a notification: who signed it, and claim by claim whether it belongs to this notification. */

import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

import type { ClaimVerdict, SignatureReport } from '../../contract/notification.ts'
import { quote } from '../quote.ts'
import { judgeClaims, verdictOn, type Expected } from './claims.ts'
import { readToken, type JsonObject, type TokenParts } from './token.ts'

export type { Expected } from './claims.ts'

/** Never rejects: a token that is refused is a report, for the developer wants to see it. */
export type VerifySignature = (token: string | null, expected: Expected) => Promise<SignatureReport>

/** Far more than a true token, far less than what would cost time. */
const longestToken = 16 * 1024

/** Header members with which a token would name its own key. */
const keyMembers = ['jwk', 'jku', 'x5c', 'x5u'] as const

/**
 * By node:crypto and not by jose: the same check in the same threads, but jose takes several times as long to hand it
 * over, and that is time of the one thread that takes notifications in.
 */
const verifyInThread = promisify(verify)

/** A check against one key and one algorithm, whatever a token says of itself. */
export async function createVerifier(publicKeyPem: string): Promise<VerifySignature> {
  const key = createPublicKey(publicKeyPem)
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('ES256 needs a key on the curve P-256.')
  }
  return async (token, expected) => {
    if (token === null) return { outcome: 'missing', claims: [], problems: ['There is no bearer token.'] }
    if (token.length > longestToken) {
      const problem = `The token has ${token.length} characters; more than ${longestToken} are not looked at.`
      return { outcome: 'invalid', claims: [], problems: [problem] }
    }
    const parts = readToken(token)
    return toReport(parts, await findFault(token, parts, key), expected)
  }
}

const malformed = 'The signature cannot be checked: the token is not a well-formed JWT.'

/** Why the signature is wrong, in words; `null` when it is right. */
async function findFault(
  token: string,
  { header, signature }: TokenParts,
  key: KeyObject,
): Promise<string | null> {
  if (header === null || signature === null || typeof header.alg !== 'string') return malformed
  if (header.alg !== 'ES256') return 'Not checked, because the algorithm is not ES256.'
  // Buffer skips what is no base64.
  if (!/^[\w-]+$/.test(signature)) return malformed
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')))
  const fits = await verifyInThread(
    'sha256',
    signed,
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  return fits
    ? null
    : 'The signature does not match the public key: the token was signed with another key, or changed, or Fatture in Cloud has a new key.'
}

function toReport(parts: TokenParts, fault: string | null, expected: Expected): SignatureReport {
  const claims = [
    judgeAlgorithm(parts.header),
    judgeSignature(parts, fault),
    ...(parts.payload === null ? [] : judgeClaims(parts.payload, expected)),
  ]
  const wrong = claims.filter(({ verdict }) => verdict === 'wrong')
  // One is enough: they say the same about the clock.
  const ahead = claims.filter(({ verdict }) => verdict === 'ahead').slice(0, 1)
  const isValid = parts.header !== null && parts.payload !== null && wrong.length === 0
  return {
    outcome: isValid ? 'valid' : 'invalid',
    claims,
    problems: [...parts.problems, ...[...wrong, ...ahead].map(({ says }) => says), ...noteKeys(parts.header)],
  }
}

function judgeAlgorithm(header: JsonObject | null): ClaimVerdict {
  const judged = verdictOn('alg', header?.alg, 'ES256')
  if (header?.alg === 'ES256') return judged('ok', 'The algorithm is ES256.')
  const found = header?.alg === undefined ? 'missing' : quote(header.alg)
  return judged('wrong', `The algorithm is ${found}; Fatture in Cloud uses ES256 and nothing else.`)
}

function judgeSignature(parts: TokenParts, fault: string | null): ClaimVerdict {
  const judged = verdictOn(
    'signature',
    parts.signature ?? undefined,
    'made with the key that belongs to our public key',
  )
  if (fault !== null) return judged('wrong', fault)
  // What `crit` asks for can change what was signed (RFC 7797), and Fatture in Cloud asks for nothing.
  if (parts.header?.crit !== undefined) return judged('wrong', 'The header asks for extensions (crit).')
  return judged('ok', 'The signature matches the public key.')
}

function noteKeys(header: JsonObject | null): string[] {
  return keyMembers
    .filter((name) => header?.[name] !== undefined)
    .map((name) => `The header names a key of its own (${name}), which was not looked at.`)
}
