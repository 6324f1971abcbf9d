/** `fic-dev import <file>`: takes up what `fic-dev export` wrote. */

import { open } from 'node:fs/promises'
import type { ImportAnswer } from '../contract/api.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { connect } from './client.ts'
import type { Invocation } from './command.ts'
import { megabytes, whileWaiting } from './waiting.ts'

export async function run({ args, config, output }: Invocation): Promise<void> {
  const content = await openSource(args[0] ?? '-')
  const client = await connect(config)
  let bytes = 0
  const counted = async function* () {
    for await (const chunk of content) {
      bytes += chunk.byteLength
      yield chunk
    }
  }
  try {
    const answer = await whileWaiting(
      output,
      () => `importing: ${megabytes(bytes)} MB`,
      () => client.upload<ImportAnswer>('/api/import', counted(), 'application/x-ndjson'),
    )
    if (output.json) output.object(answer)
    else output.say(`Imported ${answer.imported}, skipped ${answer.skipped} that were there already.`)
  } finally {
    await client.close()
  }
}

/** An export can be larger than memory, so it is never held as a whole. */
async function openSource(name: string): Promise<AsyncIterable<Uint8Array>> {
  if (name === '-') return process.stdin
  try {
    const file = await open(name)
    if (!(await file.stat()).isDirectory()) return file.createReadStream()
    await file.close()
    throw new Error('it is a directory')
  } catch (error) {
    throw new FicDevError('USAGE', `${name} cannot be read: ${messageOf(error)}.`, {
      hint: 'Name a file that fic-dev export wrote, or - for stdin.',
      cause: error,
    })
  }
}
