import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { exportedLine } from '../support/exported.ts'
import { createFolder, follow, run, start, type JsonLine } from '../support/process.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'

/** More than the API takes in at once. */
const batch = Array.from({ length: 200 }, (_, index) => exportedLine(`1:${index}`))

test('what comes on stdin is taken in while it still comes', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  const importing = follow(['import', '-', '--json'], { cwd })
  // The line after a batch lets the reader know that the one before it is whole.
  importing.write(`${batch.join('\n')}\n${exportedLine('2:0')}\n`)
  await eventually(
    async () => (await run(['list', '--json', '--limit', '500', 'id:1:199'], { cwd })).stdout,
  ).not.toBe('')
  importing.endInput()
  expect(JSON.parse(await importing.text(() => true))).toEqual({ imported: 201, skipped: 0 })
  expect(await importing.ended).toBe(0)
})

test('a broken line is told by the daemon, too, however much comes after it', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  const rest = Array.from({ length: 100 }, () => batch.join('\n'))
  await writeFile(join(cwd, 'broken.ndjson'), [exportedLine('1:a'), '{"version":1}', ...rest].join('\n'))
  const { exitCode, stderr } = await run(['import', 'broken.ndjson'], { cwd })
  expect(stderr).toMatch(/Line 2 .*\n.*\n {2}FIC_DEV_E_IMPORT_INVALID\n$/)
  expect(exitCode).toBe(1)
})

test('a folder and a file that is not there are mistakes of usage', async () => {
  const cwd = createFolder()
  await mkdir(join(cwd, 'folder'))
  const folder = await run(['import', 'folder'], { cwd })
  expect([folder.exitCode, folder.stderr.includes('it is a directory')]).toEqual([2, true])
  expect((await run(['import', 'gone.ndjson'], { cwd })).exitCode).toBe(2)
  // Nothing was opened for that.
  expect(existsSync(join(cwd, '.fic-dev'))).toBe(false)
})
