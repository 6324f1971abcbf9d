/** `fic-dev import <file>`: takes up what `fic-dev export` wrote. */

import { open } from 'node:fs/promises'
import { Argument } from 'commander'
import type { ImportAnswer } from '../../contract/api.ts'
import { FicDevError, messageOf } from '../../errors.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import type { Output } from '../output.ts'
import { spool } from '../spool.ts'
import { visible } from '../terminal/visible.ts'
import { megabytes, whileWaiting } from '../terminal/waiting.ts'

export const importCommand = defineCommand({
  name: 'import',
  group: 'Notifications',
  arguments: [new Argument('<file>')],
  summary: 'import an export',
  description: 'Import an NDJSON export; - reads it from stdin.',
  details: `
An import deletes nothing. Notifications beyond --keep or --keep-days are left out and reported, and the exit
code is 1. For a file, the report comes before the import starts. Notifications that are already in the store are skipped.`,
  examples: [
    ['fic-dev import all.ndjson', 'skips notifications that are already in the store'],
    ['zcat all.ndjson.gz | fic-dev import -', 'from stdin'],
  ],
  run,
})

async function run({ args, config, output }: Invocation): Promise<void> {
  const name = args[0] ?? '-'
  const { content, isFile } = await openSource(name)
  const client = await connect({ config, output }, { creates: true })
  // A pipe can be read once only, so what it leaves out is known at its end.
  if (isFile) sayLeftOut(await send('checking', '/api/import?trial=true', content), name, output)
  const answer = await send('importing', '/api/import', await unread())
  if (output.json) output.object(answer)
  else output.say(`Imported ${answer.imported}, skipped ${answer.skipped} that were there already.`)
  if (answer.leftOut !== undefined) throw leftOutOf(answer, name)

  async function unread(): Promise<AsyncIterable<Uint8Array>> {
    if (isFile) return (await openSource(name)).content
    // Without a daemon, a pipe that is slow would keep the store from everything else.
    return client.daemon === null ? whileReading('importing', content, spool) : content
  }

  function send(doing: string, path: string, source: AsyncIterable<Uint8Array>): Promise<ImportAnswer> {
    return whileReading(doing, source, (counted) =>
      client.upload<ImportAnswer>(path, counted, 'application/x-ndjson'),
    )
  }

  /** Shows how much of the source has been read. */
  function whileReading<Result>(
    doing: string,
    source: AsyncIterable<Uint8Array>,
    read: (counted: AsyncIterable<Uint8Array>) => Promise<Result>,
  ): Promise<Result> {
    let bytes = 0
    const counted = async function* () {
      for await (const chunk of source) {
        bytes += chunk.byteLength
        yield chunk
      }
    }
    return whileWaiting(
      output,
      () => `${doing}: ${megabytes(bytes)} MB`,
      () => read(counted()),
    )
  }
}

/** Before the first one is imported. */
function sayLeftOut(trial: ImportAnswer, name: string, output: Output): void {
  if (trial.leftOut === undefined) return
  output.say(`${visible(countOf(trial, name))} don't fit and will be left out: ${trial.reason ?? ''}`)
}

function leftOutOf(answer: ImportAnswer, name: string): FicDevError {
  return new FicDevError(
    'IMPORT_LEFT_OUT',
    `${countOf(answer, name)} were left out: ${answer.reason ?? ''}`,
    {
      hint: 'Start fic-dev with a larger --keep or --keep-days, and import the same again: those that are there are skipped.',
    },
  )
}

function countOf({ imported, skipped, leftOut = 0 }: ImportAnswer, name: string): string {
  const source = name === '-' ? 'stdin' : name
  return `${leftOut} of the ${imported + skipped + leftOut} notifications in ${source}`
}

/** An export can be larger than memory, so it is never held as a whole. */
async function openSource(name: string): Promise<{ content: AsyncIterable<Uint8Array>; isFile: boolean }> {
  if (name === '-') return { content: process.stdin, isFile: false }
  try {
    const file = await open(name)
    const stats = await file.stat()
    if (!stats.isDirectory()) return { content: file.createReadStream(), isFile: stats.isFile() }
    await file.close()
    throw new Error('it is a directory')
  } catch (error) {
    throw new FicDevError('USAGE', `${name} cannot be read: ${messageOf(error)}.`, {
      hint: 'Name a file that fic-dev export wrote, or - for stdin.',
      cause: error,
    })
  }
}
