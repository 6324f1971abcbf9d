/** An import of anything, by a person or a mistake, neither ends the daemon nor makes the sink wait. */

import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { openDatabase, type Database } from '../../src/store/database.ts'
import { createKnownRequests } from '../../src/store/known.ts'
import { openTestStore, sampleCapture } from '../support/capture.ts'
import { during } from '../support/during.ts'
import { exportedLine } from '../support/exported.ts'
import { post, publicKey } from '../support/load.ts'
import { createFolder, isReady, run, start } from '../support/process.ts'
import { openRoom } from '../inspector/room.ts'

const mib = 1024 * 1024

test('a line of 100 MiB is refused, with its number, and the daemon goes on', async () => {
  const cwd = createFolder()
  const file = createWriteStream(join(cwd, 'one-line.ndjson'))
  file.write(`${exportedLine('1:short')}\n`)
  for (let written = 0; written < 100; written++) {
    if (!file.write('x'.repeat(mib))) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
  const daemon = start(['--tunnel', 'none', '--public-key', publicKey], { cwd })
  const { sinkUrl } = await daemon.line(isReady)

  const imported = await run(['import', 'one-line.ndjson', '--json'], { cwd })

  expect(JSON.parse(imported.stdout)).toMatchObject({
    error: {
      code: 'FIC_DEV_E_IMPORT_INVALID',
      message: expect.stringContaining('Line 2 is longer than 8 MiB'),
    },
  })
  expect(imported.exitCode).toBe(1)
  const agent = new Agent({ maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  expect(await post(sinkUrl, '1:after', agent)).toBe(200)
})

test('lines with one time: each is imported once, and notifications are taken in meanwhile', async () => {
  const cwd = createFolder()
  const count = 3_000
  const lines = Array.from({ length: count }, (_, index) => exportedLine(`${index}:same-time`))
  await writeFile(join(cwd, 'same-time.ndjson'), lines.join('\n'))
  const daemon = start(['--tunnel', 'none', '--public-key', publicKey], { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())

  for (const [imported, skipped] of [
    [count, 0],
    [0, count],
  ]) {
    const importing = run(['import', 'same-time.ndjson', '--json'], { cwd })
    let taken = 0
    await during(importing, async () => {
      expect(await post(sinkUrl, `${++taken}:meanwhile-${skipped}`, agent)).toBe(200)
    })
    const { stdout } = await importing

    expect(JSON.parse(stdout)).toEqual({ imported, skipped })
    expect(taken).toBeGreaterThan(1)
  }
})

test('an import of 400 tells the stream once', async () => {
  await using room = await openRoom()
  const reader = await room.read()
  const lines = Array.from({ length: 400 }, (_, index) => exportedLine(`${index}:same-time`))

  const answer = await room.json('/api/import', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })
  await room.capture()

  expect(answer).toEqual({ imported: 400, skipped: 0 })
  const messages = await reader.until(3)
  expect(messages.map(({ type }) => type)).toEqual(['hello', 'lagged', 'notification'])
})

test('of notifications with one time, each is read once, however many lines have that time', async () => {
  const store = await openTestStore()
  const captures = Array.from({ length: 500 }, () => sampleCapture())
  await Promise.all(captures.map((capture) => store.capture(capture, { targets: [] })))
  store.close()
  const database = openDatabase(store.dataDir, silentLog())
  onTestFinished(() => void database.close())
  const counted = countRows(database)
  const known = createKnownRequests(counted.database, 500)

  for (const capture of captures) {
    await known.load([capture])
    expect(known.has(capture)).toBe(true)
  }

  // One row for each, and one more look for each whether it is still there.
  expect(counted.rows()).toBe(1_000)
})

/** Counts the rows that statements return. */
function countRows(database: Database): { database: Database; rows(): number } {
  let rows = 0
  return {
    database: {
      ...database,
      inTransaction: database.inTransaction,
      prepare(sql) {
        const statement = database.prepare(sql)
        return {
          run: (values) => statement.run(values),
          get(values) {
            const row = statement.get(values)
            if (row !== undefined) rows++
            return row
          },
          all(values) {
            const found = statement.all(values)
            rows += found.length
            return found
          },
        }
      },
    },
    rows: () => rows,
  }
}
