/** Writes fixtures into a folder: a JSON file for each event type, as a test of the developer's app sends it. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Fixture } from '../contract/fixture.ts'
import { toFileFailure } from './out-file.ts'
import type { Output } from './output.ts'
import { visible } from './terminal/visible.ts'

export interface FixtureOptions {
  fixtures?: boolean
  /** The folder. */
  dir?: string
  type?: string
  withTokens?: boolean
}

/** `lines` is NDJSON. Files of the same name are written anew, others stay. */
export async function writeFixtures(
  lines: AsyncIterable<Uint8Array>,
  dir: string,
  output: Output,
): Promise<void> {
  const files: string[] = []
  try {
    await mkdir(dir, { recursive: true })
    for await (const line of createInterface({ input: Readable.from(lines) })) {
      const { type, request } = JSON.parse(line) as Fixture
      const file = join(dir, toFileName(type))
      await writeFile(file, `${JSON.stringify({ type, ...request }, null, 2)}\n`)
      files.push(file)
    }
  } catch (thrown) {
    throw toFileFailure(dir, '--dir', thrown)
  }
  if (output.json) output.object({ files })
  else output.say(toSummary(files, dir))
}

function toSummary(files: readonly string[], dir: string): string {
  if (files.length === 0)
    return 'There is no genuine notification yet, so there is nothing to make fixtures of.'
  const count = files.length === 1 ? 'one fixture' : `${files.length} fixtures`
  return `Wrote ${count} to ${visible(dir)}. They contain ids and the company id.`
}

/** An event type is what its sender wrote, so it may not lead out of the folder. */
function toFileName(type: string): string {
  const name = type
    .replaceAll(/[^\w.-]/g, '-')
    .replace(/^\.+/, '')
    .slice(0, 150)
  return `${name || 'unknown'}.json`
}
