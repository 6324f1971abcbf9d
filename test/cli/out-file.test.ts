/** Files that a command is asked to write and can't: refused before the work. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFolder, run } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

test.each([
  ['check URL --junit gone/check.xml', '--junit'],
  ['check URL --junit folder', '--junit'],
  ['check URL --junit file/check.xml', '--junit'],
  ['export -o gone/all.ndjson', '--out'],
  ['export -o folder', '--out'],
  ['export --fixtures --dir file', '--dir'],
  ['export --fixtures --dir file/fixtures', '--dir'],
  ['env --write gone/.env', '--write'],
  ['env --write folder', '--write'],
  ['doctor --report -o gone/report.json', '--out'],
  ['doctor --report -o folder', '--out'],
  ['emulator --port 0 --state gone/state.json', '--state'],
])('fic-dev %s is refused before the work', async (command, flag) => {
  const cwd = createFolder()
  mkdirSync(join(cwd, 'folder'))
  writeFileSync(join(cwd, 'file'), '')
  await using target = await startTarget()

  const { exitCode, stdout, stderr } = await run(command.replace('URL', target.url).split(' '), { cwd })

  expect(stderr).toMatch(/^error: .*(gone|folder|file).* cannot be written: .*\n/)
  expect(stderr).toContain(`Name another one with ${flag}.`)
  expect([exitCode, stdout, target.received]).toEqual([2, '', []])
})

test('a full disk is an error that names the file, with exit code 1', async () => {
  const cwd = createFolder()
  await using target = await startTarget()

  const { exitCode, stderr } = await run(['check', target.url, '--only', 'binary', '--junit', '/dev/full'], {
    cwd,
  })

  expect(stderr).toMatch(/error: \/dev\/full cannot be written: ENOSPC.*\n {2}Is the disk full\?/)
  expect(exitCode).toBe(1)
})

test('an export that fails leaves the file of an earlier one as it is', async () => {
  const cwd = createFolder()
  mkdirSync(join(cwd, '.fic-dev'))
  mkdirSync(join(cwd, '.fic-dev', 'fic-dev.db'))
  writeFileSync(join(cwd, 'all.ndjson'), 'earlier')

  const { exitCode } = await run(['export', '-o', 'all.ndjson'], { cwd })

  expect([exitCode, readFileSync(join(cwd, 'all.ndjson'), 'utf8')]).toEqual([1, 'earlier'])
})
