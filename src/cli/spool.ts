/** Keeps a stream until its reader wants it: in memory while it is small, then in a temporary file without a name. */

import { randomBytes } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toOutputFailure } from './output.ts'

const inMemoryBytes = 4 * 1024 * 1024

/**
 * Reads the stream to its end. The result can be read once.
 * @throws FicDevError OUTPUT_FAILED if the temporary file can't be written
 */
export async function spool(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  let file: FileHandle | null = null
  try {
    for await (const chunk of chunks) {
      held.push(chunk)
      heldBytes += chunk.byteLength
      if (heldBytes < inMemoryBytes) continue
      file ??= await openNameless()
      await append(file, held)
      held = []
      heldBytes = 0
    }
  } catch (error) {
    await file?.close()
    throw error
  }
  return readBack(file, held)
}

async function* readBack(
  file: FileHandle | null,
  rest: readonly Uint8Array[],
): AsyncGenerator<Uint8Array, void> {
  // Closes it at its end, and if the reader leaves early.
  if (file) yield* file.createReadStream({ start: 0 })
  yield* rest
}

/** The system frees it when the process ends, however that happens. It holds a company's data. */
async function openNameless(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `fic-dev-${randomBytes(12).toString('hex')}`)
  const file = await open(name, 'wx+', 0o600).catch((error: unknown) => {
    throw toSpoolFailure(error)
  })
  // Where an open file can't lose its name, it keeps it.
  await rm(name, { force: true }).catch(() => {})
  return file
}

async function append(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  try {
    await file.writeFile(Buffer.concat(chunks))
  } catch (error) {
    throw toSpoolFailure(error)
  }
}

function toSpoolFailure(error: unknown) {
  return toOutputFailure(`A temporary file in ${tmpdir()}`, error)
}
