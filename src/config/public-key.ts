/** Reads the public key that signatures are checked with: PEM text, the base64 of it, or a file that holds either. */

import path from 'node:path'
import { messageOf } from '../errors.ts'
import { readPublicKey } from '../fic/signature/public-key.ts'
import { readTextFile } from '../text-file.ts'
import { isNot, show } from './kinds.ts'
import type { Kind, Reading } from './kinds.ts'

/** Gives PEM text of a P-256 key, the only kind that ES256 works with. */
export const publicKeyKind: Kind<string> = {
  fromText: (texts, folder) => readKey(texts.at(-1), folder),
  fromFile: readKey,
}

function readKey(value: unknown, folder: string): Reading<string> {
  if (typeof value !== 'string' || value.trim() === '') return isNot(value, 'a PEM file or a base64 key')
  if (isKeyText(value)) return checkKey(value, 'is a key')
  try {
    return checkKey(readTextFile(path.resolve(folder, value)), `is ${show(value)}, a file`)
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

/** Whether it is the key itself, or base64 of one, and not the name of a file. */
function isKeyText(text: string): boolean {
  return text.includes('-----BEGIN') || Buffer.from(text, 'base64').toString('utf8').startsWith('-----BEGIN')
}

function checkKey(text: string, is: string): Reading<string> {
  try {
    return { value: readPublicKey(text, '') }
  } catch {
    return { wrong: [{ path: '', says: `${is} that is not a P-256 public key in PEM form` }] }
  }
}
