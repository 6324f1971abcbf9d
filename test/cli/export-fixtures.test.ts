import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTarget } from '../support/target.ts'
import { createFolder, run, start, type JsonLine } from '../support/process.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'

test('export --fixtures --dir writes a file for each type, and a test can send it as it stands', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  await run(['trigger', 'taxes.create', '--ids', '7'], { cwd })
  await run(['trigger', 'products.update', '--ids', '8'], { cwd })

  const { exitCode, stderr } = await run(['export', '--fixtures', '--dir', 'test/fixtures'], { cwd })

  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Wrote 3 fixtures to test/fixtures.')])
  const dir = join(cwd, 'test', 'fixtures')
  expect((await readdir(dir)).toSorted()).toEqual([
    'products.update.json',
    'subscriptions.welcome.json',
    'taxes.create.json',
  ])
  const fixture = JSON.parse(await readFile(join(dir, 'taxes.create.json'), 'utf8'))
  await using app = await startTarget()
  const { method, headers, body } = fixture
  await fetch(app.url, { method, headers, body })
  expect(app.received[0]?.headers).toMatchObject({
    authorization: 'Bearer replaced-by-fic-dev',
    'ce-type': 'it.fattureincloud.webhooks.taxes.create',
  })
  expect(String(app.received[0]?.body)).toBe('{"data":{"ids":[7]}}')
})

test('as NDJSON another project imports them, without a daemon too; the tokens only when they are wanted', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  await run(['trigger', 'taxes.create'], { cwd })

  const plain = await run(['export', '--fixtures', '--type', 'taxes.*'], { cwd })
  const whole = await run(['export', '--fixtures', '--type', 'taxes.*', '--with-tokens'], { cwd })

  expect([plain.stdout.includes('Bearer eyJ'), whole.stdout.includes('Bearer eyJ')]).toEqual([false, true])
  const file = join(cwd, 'fixtures.ndjson')
  await run(['export', '--fixtures', '-o', file], { cwd })
  const imported = await run(['import', file, '--json'], { cwd: createFolder() })
  expect(JSON.parse(imported.stdout)).toEqual({ imported: 2, skipped: 0 })
})

test.each([
  [['--dir', 'x'], 'about fixtures'],
  [['--with-tokens'], 'about fixtures'],
  [['--fixtures', '--format', 'har'], 'not written as har'],
  [['--fixtures', '--dir', 'x', '-o', 'y'], 'do not go together'],
])('export %j is a mistake of usage', async (flags, says) => {
  const { exitCode, stderr } = await run(['export', ...flags], { cwd: createFolder() })

  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)])
})
