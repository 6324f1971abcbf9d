/** `fic-dev export`: writes all notifications, losslessly as NDJSON or as HAR for other tools, or one of each type for tests. */

import { open } from 'node:fs/promises'
import { Option } from 'commander'
import { knownTypeNames } from '../../config/settings.ts'
import { exportFormats } from '../../contract/vocabulary.ts'
import { FicDevError } from '../../errors.ts'
import { connect, type Client } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { writeFixtures, type FixtureOptions } from '../export-fixtures.ts'
import { demandWritable, demandWritableFolder, toFileFailure } from '../out-file.ts'
import type { Output } from '../output.ts'
import { megabytes, whileWaiting } from '../terminal/waiting.ts'

interface Options extends FixtureOptions {
  format: string
  out?: string
  redact?: boolean
}

export const exportCommand = defineCommand<Options>({
  name: 'export',
  group: 'Notifications',
  summary: 'export notifications as NDJSON, HAR or test fixtures',
  options: [
    new Option('--format <format>', 'ndjson is lossless; har is for other tools')
      .choices(exportFormats)
      .default('ndjson'),
    new Option('-o, --out <file>', 'output file (default: stdout)'),
    new Option('--redact', 'replace ids, companies, names, tokens, hosts and header values'),
    new Option('--fixtures', 'export test fixtures: the newest valid notification of each event type'),
    new Option('--dir <folder>', 'with --fixtures: write one JSON file per type to this folder'),
    new Option('--type <type>', 'with --fixtures: only this event type; may end in *'),
    new Option('--with-tokens', 'with --fixtures: keep the tokens, which contain company, app and sink'),
  ],
  details: `
An export contains everything: ids, tokens and the answers of your app. With --redact, the same value has the same
replacement throughout the file; verdicts, times, event types and the structure of bodies stay, so that "fic-dev import"
and filters work. Tokens are replaced, so their signature cannot be checked again.

Fixtures are made for a repository: the token, the secret path and tunnel headers are replaced or removed; resource ids
and the company id stay. "fic-dev import" reads fixtures in NDJSON. In a folder, each file contains method, headers and
body, ready to be sent by a test.`,
  examples: [
    ['fic-dev export -o all.ndjson', 'everything, for import'],
    ['fic-dev export --format har -o all.har', 'for the network panel of a browser'],
    ['fic-dev export --redact -o all.ndjson', 'to show it to others'],
    ['fic-dev export --fixtures --dir test/fixtures', 'one JSON file per event type'],
    ['fic-dev export --fixtures -o fixtures.ndjson', 'the same in one file'],
  ],
  complete: { '--type': { words: () => knownTypeNames } },
  run,
})

async function run({ options, config, output }: Invocation<Options>): Promise<void> {
  demandSense(options)
  if (options.dir !== undefined) await demandWritableFolder(options.dir, '--dir')
  if (options.out !== undefined) await demandWritable(options.out, '--out')
  const client = await connect({ config, output })
  const chunks = client.download(toPath(options))
  if (options.dir !== undefined) await writeFixtures(chunks, options.dir, output)
  else if (options.out === undefined) await toStdout(chunks, output)
  else await toFile(chunks, options.out, output)
}

function toPath({ format, redact, fixtures, type, withTokens }: Options): string {
  if (!fixtures) return `/api/export?format=${format}${redact ? '&redact=true' : ''}`
  const search = new URLSearchParams({
    ...(type !== undefined && { type }),
    ...(withTokens && { tokens: 'keep' }),
  })
  return `/api/fixtures?${search}`
}

/** @throws FicDevError USAGE */
function demandSense({ format, out, redact, fixtures, dir, type, withTokens }: Options): void {
  if (fixtures && redact) {
    throw new FicDevError('USAGE', '--redact and --fixtures do not go together.', {
      hint: 'Fixtures are without token, secret path and tunnel headers already. For the rest: fic-dev export --redact',
    })
  }
  if (!fixtures && (dir !== undefined || type !== undefined || withTokens)) {
    throw new FicDevError('USAGE', '--dir, --type and --with-tokens are about fixtures.', {
      hint: 'Example: fic-dev export --fixtures --dir test/fixtures',
    })
  }
  if (fixtures && format !== 'ndjson') {
    throw new FicDevError('USAGE', `Fixtures are not written as ${format}.`, {
      hint: 'Leave --format out: one file is NDJSON, and --dir writes a JSON file for each type.',
    })
  }
  if (dir !== undefined && out !== undefined) {
    throw new FicDevError('USAGE', '--out and --dir do not go together.', {
      hint: '--out is one file of NDJSON, --dir a folder with a JSON file for each type.',
    })
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
  let bytes = 0
  const failed = (error: unknown) => {
    throw toFileFailure(name, '--out', error)
  }
  await whileWaiting(
    output,
    () => `exporting: ${megabytes(bytes)} MB`,
    async () => {
      const parts = chunks[Symbol.asyncIterator]()
      let part = await parts.next()
      // Only now: a file that exists keeps its content if the store can't be read.
      const file = await open(name, 'w', 0o600).catch(failed)
      try {
        for (; part.done !== true; part = await parts.next()) {
          await file.writeFile(part.value).catch(failed)
          bytes += part.value.byteLength
        }
      } finally {
        await file.close()
      }
    },
  )
  output.say(`Wrote ${bytes} bytes to ${name}.`)
}
