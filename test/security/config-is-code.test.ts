/** A config file is code. Only that of the working directory, or the one that is named, is run, and it is said which. */

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../support/process.ts'
import { createProject } from '../support/project.ts'

/** Leaves a file behind when it is run. */
const leaving = (mark: string) =>
  `import { writeFileSync } from 'node:fs'
   writeFileSync(${JSON.stringify(mark)}, 'was run')
   export default { keep: 123 }`

test('configs of parent folders, home, git roots and packages are not run', async () => {
  const root = createProject({
    '.git/HEAD': 'ref: refs/heads/main',
    'package.json': '{"fic-dev":{"keep":77}}',
    'app/package.json': '{"fic-dev":{"keep":79}}',
    'app/config/fic-dev.config.mjs': '',
    'app/node_modules/fic-dev.config.mjs': '',
  })
  const mark = join(root, 'mark')
  for (const name of ['ts', 'mts', 'js', 'mjs'].map((extension) => `fic-dev.config.${extension}`)) {
    for (const folder of ['.', 'app/config', 'app/node_modules'])
      writeFileSync(join(root, folder, name), leaving(mark))
  }
  const { exitCode, stdout, stderr } = await run(['--print-config', '--json'], {
    cwd: join(root, 'app'),
    environment: { HOME: root },
  })

  expect([exitCode, stderr]).toEqual([0, ''])
  expect(existsSync(mark)).toBe(false)
  expect(stdout).not.toMatch(/\b(77|79|123)\b/)
})

test('with --config the one of the working directory is not run', async () => {
  const root = createProject({ 'other.config.mjs': 'export default { keep: 45 }' })
  const mark = join(root, 'mark')
  writeFileSync(join(root, 'fic-dev.config.mjs'), leaving(mark))
  const { exitCode, stdout } = await run(['--print-config', '--json', '--config', 'other.config.mjs'], {
    cwd: root,
  })

  expect(exitCode).toBe(0)
  expect(existsSync(mark)).toBe(false)
  expect(stdout).toMatch(/\b45\b/)
  expect(stdout).toContain('other.config.mjs')
})

test('a start says which file it has run', async () => {
  const root = createProject({ 'fic-dev.config.mjs': 'export default { keep: 45, tunnel: "none" }' })
  // There can be no such folder, so it ends at once.
  const { stderr } = await run(['--port', '0', '--data-dir', '/dev/null/x'], { cwd: root })

  expect(stderr).toContain(`config ${join(root, 'fic-dev.config.mjs')}`)
})
