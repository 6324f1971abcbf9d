/** Reads files that people write, in the encodings that their editors and shells write. */

import { readFileSync } from 'node:fs'
import { FicDevError, type ErrorCode } from './errors.ts'

/** What to do about a file that is no text. */
export const notTextHint =
  'Save it as UTF-8; in Windows PowerShell: Set-Content -Encoding utf8, or Out-File -Encoding utf8.'

/** The encoding that a file begins with; UTF-8 if it has no byte order mark. */
export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

/**
 * The text of a file without its byte order mark: UTF-8, or UTF-16 if the mark says so. `null` if it is neither. NUL is
 * in no text that a person writes, but in every second byte of UTF-16 without a mark.
 */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

/**
 * @throws FicDevError with this code if the file is no text; otherwise the system's error
 */
export function readTextFile(path: string, code: ErrorCode = 'CONFIG_FILE'): string {
  const text = decodeText(readFileSync(path))
  if (text === null) throw new FicDevError(code, `${path} is not UTF-8 text.`, { hint: notTextHint })
  return text
}
