/** Reads a body of HTTP as text: its content encodings, its charset; and says what it is if it is not text. */

import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import type { HeaderPair } from '../contract/notification.ts'
import { systemCodeOf } from '../errors.ts'
import { headerOf, valuesOf } from './headers.ts'

export interface ReadableBody {
  /** `null` if it is not text. */
  text: string | null
  /** What it is, without a period: `image/png, 12.3 KB`; `application/json, gzip, utf-16le, 312 bytes`. */
  says: string
  /** What is wrong with it, a phrase: `its charset "x" is unknown`. */
  problem: string | null
}

/** What was received of an answer. */
export interface ReceivedBody {
  headers: readonly HeaderPair[]
  /** The beginning, at most 64 KiB. */
  body: Buffer
  /** How long the body is, as far as it was read. */
  bodyBytes: number
  bodyEnd: 'whole' | 'cut' | 'open'
}

interface Message {
  headers: readonly HeaderPair[]
  body: Buffer
}

/** A body expands to no more than this, however far it would go. */
const longestAnswerBytes = 64 * 1024
const longestCapturedBytes = 1024 * 1024

/** The body of an answer; of a long one, the beginning. */
export async function readAnswerBody(received: ReceivedBody): Promise<ReadableBody> {
  const { headers, body, bodyBytes, bodyEnd } = received
  const isPart = bodyEnd !== 'whole'
  const length = isPart ? readLength(headers) : bodyBytes
  const about = describe(headers, length ?? bodyBytes, length === null)
  let bytes = body
  let isCut = isPart || body.length < bodyBytes
  let problem: string | null = null
  for (const coding of about.codings) {
    const decoder = findDecoder(coding, bytes)
    if (decoder === null) return toUndecoded(about, body, unknownCoding(coding))
    const whole = decodeWhole(decoder, bytes, longestAnswerBytes)
    if (whole === 'broken' && !isCut) problem = brokenCoding(coding)
    isCut ||= !Buffer.isBuffer(whole)
    bytes = Buffer.isBuffer(whole) ? whole : await decodeStart(decoder, bytes, longestAnswerBytes)
    if (bytes.length === 0 && isCut) return toUndecoded(about, body, problem ?? brokenCoding(coding))
  }
  return toReadable(about, { bytes, isCut, problem })
}

/** The body of a captured request; a compressed one is decoded whole or not at all. */
export function readCapturedBody(headers: readonly HeaderPair[], body: Buffer): ReadableBody {
  const about = describe(headers, body.length)
  const decoded = decodeAll(about.codings, body)
  if ('problem' in decoded) return toUndecoded(about, body, decoded.problem)
  return toReadable(about, { bytes: decoded.bytes, isCut: false, problem: null })
}

/**
 * The same message in UTF-8 and without content encodings, for readers that know neither. It is returned unchanged if it
 * is like that already, or cannot be decoded. A charset is never guessed.
 */
export function toPlainMessage<M extends Message>(message: M): M {
  const { codings, charset } = describe(message.headers, 0)
  const isOther = charset !== null && !isUtf8(charset)
  if (codings.length === 0 && !isOther) return message
  const decoded = decodeAll(codings, message.body)
  if ('problem' in decoded) return message
  const text = isOther ? decodeText(charset, decoded.bytes, false) : null
  if (isOther && text === null) return message
  return {
    ...message,
    headers: toPlainHeaders(message.headers),
    body: text === null ? decoded.bytes : Buffer.from(text),
  }
}

/** The headers for a body that was decoded, or written as text in UTF-8. */
export function toPlainHeaders(headers: readonly HeaderPair[]): HeaderPair[] {
  return headers
    .filter(([name]) => name.toLowerCase() !== 'content-encoding')
    .map(([name, value]) => {
      const charset = name.toLowerCase() === 'content-type' ? readCharset(value) : null
      return [name, charset === null || isUtf8(charset) ? value : value.replace(charsetPattern, '$1utf-8')]
    })
}

interface About {
  /** Without parameters, in lower case; empty if there is none. */
  type: string
  /** As declared. */
  charset: string | null
  /** In the order in which they are undone. */
  codings: string[]
  bodyBytes: number
  /** The body is longer than `bodyBytes`. */
  isMore: boolean
}

function describe(headers: readonly HeaderPair[], bodyBytes: number, isMore = false): About {
  const contentType = headerOf(headers, 'content-type') ?? ''
  const codings = valuesOf(headers, 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  return {
    type: (contentType.split(';')[0] ?? '').trim().toLowerCase(),
    charset: readCharset(contentType),
    codings: codings.length > mostCodings ? [codings.join(', ')] : codings.toReversed(),
    bodyBytes,
    isMore,
  }
}

/** As announced; `null` if it is not. */
function readLength(headers: readonly HeaderPair[]): number | null {
  const value = headerOf(headers, 'content-length') ?? ''
  return /^\d{1,15}$/.test(value) ? Number(value) : null
}

/** Several encodings in a row are legal; with more than this, only a trap would decode to something. */
const mostCodings = 4

const charsetPattern = /(;\s*charset\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s;]*))/i

function readCharset(contentType: string): string | null {
  const [, , double, single, bare] = charsetPattern.exec(contentType) ?? []
  return (double ?? single ?? bare)?.trim() || null
}

function isUtf8(charset: string): boolean {
  return /^(?:utf-?8|(?:us-)?ascii)$/i.test(charset)
}

interface Decoder {
  whole: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
  /** Decodes as far as the bytes go. */
  start: () => Transform
}

/** Newer than the oldest Node that is supported. */
interface Zstd {
  zstdDecompressSync?: Decoder['whole']
  createZstdDecompress?: () => Transform
}

/** `null` for an encoding that is unknown, or unknown to this version of Node. */
function findDecoder(coding: string, bytes: Buffer): Decoder | null {
  const flush = { finishFlush: zlib.constants.Z_SYNC_FLUSH }
  const { zstdDecompressSync, createZstdDecompress } = zlib as Zstd
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return { whole: zlib.gunzipSync, start: () => zlib.createGunzip(flush) }
    case 'deflate':
      // Some servers leave out the zlib header that the encoding prescribes.
      return hasZlibHeader(bytes)
        ? { whole: zlib.inflateSync, start: () => zlib.createInflate(flush) }
        : { whole: zlib.inflateRawSync, start: () => zlib.createInflateRaw(flush) }
    case 'br':
      return {
        whole: zlib.brotliDecompressSync,
        start: () => zlib.createBrotliDecompress({ finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }),
      }
    case 'zstd':
      if (zstdDecompressSync === undefined || createZstdDecompress === undefined) return null
      return { whole: zstdDecompressSync, start: () => createZstdDecompress() }
    default:
      return null
  }
}

/** RFC 1950 section 2.2. */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes.readUInt16BE(0) % 31 === 0 && ((bytes[0] ?? 0) & 0x0f) === 8
}

function unknownCoding(coding: string): string {
  return `its content encoding "${coding}" is unknown`
}

function brokenCoding(coding: string): string {
  return `its ${coding} data cannot be decoded to the end`
}

function decodeWhole({ whole }: Decoder, bytes: Buffer, maxOutputLength: number): Buffer | 'long' | 'broken' {
  // Clients take an empty body for an empty body, whatever its headers say.
  if (bytes.length === 0) return bytes
  try {
    return whole(bytes, { maxOutputLength })
  } catch (error) {
    return systemCodeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'long' : 'broken'
  }
}

function decodeAll(codings: readonly string[], body: Buffer): { bytes: Buffer } | { problem: string } {
  let bytes = body
  for (const coding of codings) {
    const decoder = findDecoder(coding, bytes)
    if (decoder === null) return { problem: unknownCoding(coding) }
    const whole = decodeWhole(decoder, bytes, longestCapturedBytes)
    if (whole === 'long') return { problem: `its ${coding} data expand to more than 1 MiB` }
    if (whole === 'broken') return { problem: brokenCoding(coding) }
    bytes = whole
  }
  return { bytes }
}

/** What can be decoded up to the limit, of data that are broken, cut or very long. */
function decodeStart({ start }: Decoder, bytes: Buffer, limitBytes: number): Promise<Buffer> {
  const stream = start()
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve) => {
    const end = () => {
      stream.destroy()
      resolve(Buffer.concat(chunks).subarray(0, limitBytes))
    }
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length >= limitBytes) end()
    })
    stream.on('end', end)
    stream.on('error', end)
    stream.end(bytes)
  })
}

/** Text that only lacks the encoding that its headers name is shown all the same. */
function toUndecoded(about: About, raw: Buffer, problem: string): ReadableBody {
  const text = isMedia(about.type) ? null : decodeText('utf-8', raw, raw.length < about.bodyBytes)
  const isText = text !== null && !controls.test(text)
  return { text: isText ? text : null, says: `${sayWhat(about)}; ${problem}`, problem }
}

interface Content {
  bytes: Buffer
  isCut: boolean
  problem: string | null
}

function toReadable(about: About, { bytes, isCut, problem }: Content): ReadableBody {
  const { type } = about
  if (bytes.length === 0) return { text: '', says: sayWhat(about), problem }
  if (isMedia(type)) return { text: null, says: sayWhat(about), problem }
  const label = readMark(bytes) ?? about.charset ?? readDeclaration(type, bytes)
  const declared = label === null ? null : decodeText(toByteOrder(label, bytes), bytes, isCut)
  if (label !== null && declared !== null) {
    return { text: declared, says: sayWhat(about, isUtf8(label) ? null : label.toLowerCase()), problem }
  }
  const found = problem ?? (label === null ? null : explainCharset(label))
  const guess = guessText(type, bytes, isCut)
  if (guess === null) {
    return {
      text: null,
      says: [sayWhat(about), ...(found === null ? [] : [found])].join('; '),
      problem: found,
    }
  }
  return { text: guess.text, says: sayWhat(about, guess.charset), problem: found }
}

function explainCharset(label: string): string {
  return createDecoder(label, false) === null
    ? `its charset "${label}" is unknown`
    : `its bytes are not ${label}, which its headers name`
}

/** UTF-8 if it is that; else the charset that browsers take for text without one. */
function guessText(
  type: string,
  bytes: Buffer,
  isCut: boolean,
): { text: string; charset: string | null } | null {
  const text = decodeText('utf-8', bytes, isCut)
  if (text !== null && (isTextType(type) || !controls.test(text))) return { text, charset: null }
  const latin = text === null ? decodeText('windows-1252', bytes, false) : null
  const isLikely = latin !== null && (isTextType(type) || type === '') && !controls.test(latin)
  return isLikely ? { text: latin, charset: 'windows-1252' } : null
}

/** Control characters that no text has; ESC begins the colors of a terminal. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/

function isMedia(type: string): boolean {
  return /^(?:(?:image|audio|video|font)\/(?!svg)|application\/(?:pdf|zip|gzip|x-gzip|wasm|vnd\.(?!.*(?:json|xml|text))))/.test(
    type,
  )
}

function isTextType(type: string): boolean {
  return /^text\/|[/+](?:json|xml|yaml)$|^image\/svg|[/-](?:javascript|ecmascript|x-www-form-urlencoded|ndjson|graphql|problem)$/.test(
    type,
  )
}

/** A byte order mark. */
function readMark(bytes: Buffer): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
}

/** In HTML and XML, the document can name its charset. */
function readDeclaration(type: string, bytes: Buffer): string | null {
  const head = bytes.subarray(0, 1024).toString('latin1')
  if (/xml|svg/.test(type)) return /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)/.exec(head)?.[1] ?? null
  if (type !== 'text/html' && type !== '') return null
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1] ?? null
}

/** Without a mark, `utf-16` can be of either byte order. ASCII in it tells which. */
function toByteOrder(label: string, bytes: Buffer): string {
  return /^utf-?16$/i.test(label) && bytes[0] === 0 && bytes[1] !== 0 ? 'utf-16be' : label
}

/** `null` if the bytes are not of this charset, or it is unknown. Only of a cut text, the last character may be incomplete. */
function decodeText(label: string, bytes: Buffer, isCut: boolean): string | null {
  const decoder = createDecoder(label, isUtf8(label))
  if (decoder?.encoding === 'windows-1252') return decodeWindows1252(bytes)
  try {
    return decoder?.decode(bytes, { stream: isCut }) ?? null
  } catch {
    return null
  }
}

/** What `windows-1252`, and to the web `iso-8859-1` too, has from 0x80 to 0x9F. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** Some versions of Node decode it as Latin-1 (nodejs/node#56542). */
function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (character) => windows1252.charAt(character.charCodeAt(0) - 0x80))
}

function createDecoder(label: string, ignoreBOM: boolean): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(isUtf8(label) ? 'utf-8' : label, { fatal: true, ignoreBOM })
  } catch {
    return null
  }
}

function sayWhat({ type, codings, bodyBytes, isMore }: About, charset: string | null = null): string {
  const parts = [type || 'no content type', ...codings.toReversed(), ...(charset === null ? [] : [charset])]
  return [...parts, `${isMore ? 'more than ' : ''}${toSize(bodyBytes)}`].join(', ')
}

/** `1 byte`, `312 bytes`, `12.3 KB`. */
function toSize(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
