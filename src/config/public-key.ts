/** Reads the public key that signatures are checked with: PEM text, the base64 of it, or a file that holds either. */

import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../errors.ts'
import { isNot, show } from './kinds.ts'
import type { Kind, Reading } from './kinds.ts'

/** Gives PEM text of a P-256 key, the only kind that ES256 works with. */
export const publicKeyKind: Kind<string> = {
  fromText: (texts, folder) => readKey(texts.at(-1), folder),
  fromFile: readKey,
}

function readKey(value: unknown, folder: string): Reading<string> {
  if (typeof value !== 'string' || value.trim() === '') return isNot(value, 'a PEM file or a base64 key')
  const inline = toPem(value)
  if (inline !== null) return checkKey(inline, 'is a key')
  const file = path.resolve(folder, value)
  try {
    const pem = toPem(readFileSync(file, 'utf8'))
    return checkKey(pem ?? '', `is ${show(value)}, a file`)
  } catch (error) {
    return {
      wrong: [
        {
          path: '',
          says: `is ${show(value)}, which is neither base64 of a PEM nor a file (${messageOf(error)})`,
        },
      ],
    }
  }
}

/** `null` when it is neither PEM nor base64 of PEM. */
function toPem(text: string): string | null {
  if (text.includes('-----BEGIN')) return text
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return decoded.startsWith('-----BEGIN') ? decoded : null
}

function checkKey(pem: string, is: string): Reading<string> {
  const wrong = { wrong: [{ path: '', says: `${is} that is not a P-256 public key in PEM form` }] }
  // Node would take the public half out of a private key without a word; that key has no business here.
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) return wrong
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return wrong
    return { value: key.export({ type: 'spki', format: 'pem' }).toString() }
  } catch {
    return wrong
  }
}
