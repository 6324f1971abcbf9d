/** `fic-dev import <file>`: takes up what `fic-dev export` wrote. */

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { ImportAnswer } from '../contract/api.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { connect } from './client.ts'
import type { Invocation } from './command.ts'

export async function run({ args, config, output }: Invocation): Promise<void> {
  const content = await read(args[0] ?? '-')
  const client = await connect(config)
  try {
    const answer = await client.upload<ImportAnswer>('/api/import', content, 'application/x-ndjson')
    if (output.json) output.object(answer)
    else output.say(`Imported ${answer.imported}, skipped ${answer.skipped} that were there already.`)
  } finally {
    await client.close()
  }
}

async function read(name: string): Promise<Buffer> {
  if (name === '-') return buffer(process.stdin)
  return readFile(name).catch((error: unknown) => {
    throw new FicDevError('USAGE', `${name} cannot be read: ${messageOf(error)}.`, {
      hint: 'Name a file that fic-dev export wrote, or - for stdin.',
      cause: error,
    })
  })
}
