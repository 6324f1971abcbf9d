/** `fic-dev export`: writes all notifications, losslessly as NDJSON or as HAR for other tools. */

import { open } from 'node:fs/promises'
import { FicDevError, messageOf } from '../errors.ts'
import { connect, type Client } from './client.ts'
import type { Invocation } from './command.ts'
import type { Output } from './output.ts'

interface Options {
  format: string
  out?: string
}

export async function run({ options, config, output }: Invocation<Options>): Promise<void> {
  const client = await connect(config)
  try {
    const chunks = client.download(`/api/export?format=${options.format}`)
    if (options.out === undefined) await toStdout(chunks, output)
    else await toFile(chunks, options.out, output)
  } finally {
    await client.close()
  }
}

async function toStdout(chunks: ReturnType<Client['download']>, output: Output): Promise<void> {
  for await (const chunk of chunks) {
    await output.data(chunk)
    if (output.closed()) return
  }
}

/** Only its owner can read it: it holds a company's data. */
async function toFile(chunks: ReturnType<Client['download']>, name: string, output: Output): Promise<void> {
  const file = await open(name, 'w', 0o600).catch((error: unknown) => {
    throw new FicDevError('USAGE', `${name} cannot be written: ${messageOf(error)}.`, {
      hint: 'Name another file with --out.',
      cause: error,
    })
  })
  try {
    let bytes = 0
    for await (const chunk of chunks) {
      await file.writeFile(chunk)
      bytes += chunk.byteLength
    }
    output.say(`Wrote ${bytes} bytes to ${name}.`)
  } finally {
    await file.close()
  }
}
