import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportedLine as exported } from '../support/exported.ts'
import { createFolder, run, start } from '../support/process.ts'

test('without a daemon, commands work on the store itself', async () => {
  const cwd = createFolder()
  const none = await run(['list'], { cwd })
  expect(none).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No notification matches.\n' })
  const input = ['1:a', '2:b', '3:c']
    .map((id, index) => exported(id, `2026-11-23T09:12:0${index}.000Z`))
    .join('\n')
  const imported = await run(['import', '-', '--json'], { cwd }, input)
  expect(JSON.parse(imported.stdout)).toEqual({ imported: 3, skipped: 0 })

  const listed = await run(['list', '-n', '2', '--json'], { cwd })
  const ids = listed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).notification.cloudEvent.id)
  expect(ids).toEqual(['3:c', '2:b'])
  expect((await run(['show', '1', '--body'], { cwd })).stdout).toBe('{"data":{"ids":[1]}}')
  const har = await run(['export', '--format', 'har'], { cwd })
  expect(JSON.parse(har.stdout).log.entries).toHaveLength(3)

  await run(['clear', '2'], { cwd })
  const left = await run(['export'], { cwd })
  expect(left.stdout.trim().split('\n')).toHaveLength(2)
  expect((await run(['show', '2'], { cwd })).stderr).toContain('FIC_DEV_E_NOT_FOUND')
})

test('a broken import names the line, and ends with 1', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'broken.ndjson'), `${exported('1:a')}\n{"version":1}\n`)
  const { exitCode, stderr } = await run(['import', 'broken.ndjson'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/Line 2 .*\n.*\n {2}FIC_DEV_E_IMPORT_INVALID\n$/)
  expect((await run(['import', 'gone.ndjson'], { cwd })).exitCode).toBe(2)
})

test('what a dead daemon left behind is not taken for a running one', async () => {
  const cwd = createFolder()
  await mkdir(join(cwd, '.fic-dev'))
  const left = {
    pid: process.pid,
    version: '0',
    startedAt: '',
    inspectorUrl: 'http://127.0.0.1:1',
    sinkUrl: '',
    token: 'x',
  }
  await writeFile(join(cwd, '.fic-dev', 'daemon.json'), JSON.stringify(left))
  expect((await run(['list'], { cwd })).exitCode).toBe(0)
  const triggered = await run(['trigger', 'entities.clients.create'], { cwd })
  expect(triggered.stderr).toContain('FIC_DEV_E_NO_DAEMON')
})

test('with FORCE_COLOR there is colour without a terminal, with NO_COLOR and --no-color there is none', async () => {
  const cwd = createFolder()
  await run(['import', '-'], { cwd }, exported('1:a'))
  const printed = async (environment: Record<string, string>, ...flags: string[]) =>
    (await run(['list', ...flags], { cwd, environment })).stdout.includes('\u001B[')
  expect(await printed({ FORCE_COLOR: '1' })).toBe(true)
  expect(await printed({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
  expect(await printed({ FORCE_COLOR: '1' }, '--no-color')).toBe(false)
})

test('list takes the filter of the inspector, and says what is wrong with one', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line((line) => line['type'] === 'ready')
  await run(['trigger', 'entities.clients.create', '--ids', '42'], { cwd })
  await run(['trigger', 'products.update', '--ids', '7'], { cwd })
  await daemon.line((line) => line['notification']?.ids[0] === 7)
  daemon.signal('SIGTERM')
  await daemon.ended

  const found = await run(['list', 'type:clients.create', 'id:42', '--json'], { cwd })
  expect(JSON.parse(found.stdout)).toMatchObject({ notification: { ids: [42] } })
  const none = await run(['list', 'id:42', 'kind:welcome'], { cwd })
  expect(none.stderr).toContain('No notification matches.')
  const wrong = await run(['list', 'tpye:clients'], { cwd })
  expect(wrong.exitCode).toBe(1)
  expect(wrong.stderr).toContain('Did you mean "type')
})
