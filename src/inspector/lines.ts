/** Reads the lines of a stream that may hold anything: none of them may fill the memory. */

import { FicDevError } from '../errors.ts'

const newline = 0x0a

/**
 * Yields the lines without their ends, and the last one if it isn't empty.
 * @throws FicDevError IMPORT_INVALID if a line is longer than `longestBytes`
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
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = buffer.indexOf(newline); end !== -1; end = buffer.indexOf(newline, start)) {
      add(buffer.subarray(start, end))
      yield toText(pending)
      pending = []
      pendingBytes = 0
      line++
      start = end + 1
    }
    add(buffer.subarray(start))
  }
  if (pendingBytes > 0) yield toText(pending)
}

function toText(parts: readonly Buffer[]): string {
  const [first] = parts
  return (parts.length === 1 && first ? first : Buffer.concat(parts)).toString('utf8').replace(/\r$/, '')
}

function tooLong(line: number, longestBytes: number): FicDevError {
  return new FicDevError(
    'IMPORT_INVALID',
    `Line ${line} is longer than ${longestBytes / 1024 / 1024} MiB, so it is not an exported notification.`,
    { hint: 'Import reads the output of "fic-dev export --format ndjson": one notification on each line.' },
  )
}
