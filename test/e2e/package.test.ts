/** What is in the published package. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = process.cwd()

test('the package holds what runs, and nothing of the tests', async () => {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], { cwd: root })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)

  expect(paths).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'NOTICES.txt',
      'README.md',
      'dist/cli.js',
      'dist/emulator.js',
      'dist/index.js',
      'dist/localtunnel-worker.js',
      'dist/page/index.html',
      'package.json',
    ]),
  )
  expect(
    paths.filter((path) => !/^(dist\/|LICENSE|NOTICES\.txt|README\.md|package\.json)/.test(path)),
  ).toEqual([])
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object }
  expect(Object.keys(dependencies).sort()).toEqual(['libsql', 'tsx'])
})
