/** Reads the lines of a stream that may hold anything: none of them may fill the memory. */

import { FicDevError } from '../errors.ts'
import { decodeText, encodingOf, notTextHint } from '../text-file.ts'

const newline = 0x0a

/**
 * Yields the lines without their ends, and the last one if it isn't empty. UTF-16 is decoded if it begins with its byte
 * order mark, as what a Windows PowerShell has written with `>`.
 * @throws FicDevError IMPORT_INVALID if a line is longer than `longestBytes` or not UTF-8
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  longestBytes: number,
): AsyncGenerator<string, void> {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let line = 1
  const add = (part: Buffer) => {
    pending.push(part)
    pendingBytes += part.length
    if (pendingBytes > longestBytes) throw tooLong(line, longestBytes)
  }
  for await (const buffer of toUtf8(chunks)) {
    let start = 0
    for (let end = buffer.indexOf(newline); end !== -1; end = buffer.indexOf(newline, start)) {
      add(buffer.subarray(start, end))
      yield toText(pending, line)
      pending = []
      pendingBytes = 0
      line++
      start = end + 1
    }
    add(buffer.subarray(start))
  }
  if (pendingBytes > 0) yield toText(pending, line)
}

/** The same bytes without a byte order mark, or those of UTF-16 as UTF-8. */
async function* toUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  let begin: Buffer | null = Buffer.alloc(0)
  let decoder: InstanceType<typeof TextDecoder> | null = null
  const decode = (bytes: Buffer) => (decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes)
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (begin === null) {
      yield decode(bytes)
      continue
    }
    begin = Buffer.concat([begin, bytes])
    if (begin.length < markBytes) continue
    const encoding = encodingOf(begin)
    if (encoding !== 'utf-8') decoder = new TextDecoder(encoding)
    const rest: Buffer = begin.subarray(begin.indexOf(utf8Mark) === 0 ? utf8Mark.length : 0)
    begin = null
    yield decode(rest)
  }
  if (begin !== null) yield begin
}

const utf8Mark = Buffer.from('\uFEFF')
const markBytes = utf8Mark.length

function toText(parts: readonly Buffer[], line: number): string {
  const [first] = parts
  const text = decodeText(parts.length === 1 && first ? first : Buffer.concat(parts))
  if (text !== null) return text.replace(/\r$/, '')
  throw new FicDevError('IMPORT_INVALID', `Line ${line} is not UTF-8 text.`, { hint: notTextHint })
}

function tooLong(line: number, longestBytes: number): FicDevError {
  return new FicDevError(
    'IMPORT_INVALID',
    `Line ${line} is longer than ${longestBytes / 1024 / 1024} MiB, so it is not an exported notification.`,
    { hint: 'Import reads the output of "fic-dev export --format ndjson": one notification on each line.' },
  )
}
