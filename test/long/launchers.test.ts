/** The installed package behind what people start it with: npx, npm scripts, a shell. One Ctrl-C ends it in order. */

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/daemon.ts'
import { ctrlC, hasTerminal, openCommand } from '../support/terminal.ts'
import { isShort } from './size.ts'

const run = promisify(execFile)
const flags = '--emulator --no-open --port 0 --sink-port 0 --emulator-port 0'
let project: string

/** The packed tarball, installed in a project with scripts that start it. */
beforeAll(async () => {
  const folder = await temporaryFolder()
  project = folder.path
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project])
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz'))
  const scripts = { hooks: `fic-dev ${flags}`, both: `sleep 0 && fic-dev ${flags}` }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, scripts }))
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], {
    cwd: project,
  })
  return () => folder[Symbol.asyncDispose]()
}, 180_000)

const launchers: [name: string, command: string[]][] = [
  ['npx', ['npx', '--no', 'fic-dev', '--', ...flags.split(' ')]],
  ['an npm script', ['npm', 'run', 'hooks']],
  ['an npm script of several commands', ['npm', 'run', 'both']],
  ['a shell', ['sh', '-c', `node_modules/.bin/fic-dev ${flags}`]],
]

describe.skipIf(!hasTerminal)('one Ctrl-C ends it in order behind', () => {
  test.each(isShort ? launchers.slice(0, 2) : launchers)(
    '%s',
    { timeout: 120_000 },
    async (_name, command) => {
      const daemonFile = join(project, '.fic-dev/daemon.json')
      // npm keeps its cache and its notices below the home directory.
      const terminal = openCommand(command, {
        cwd: project,
        environment: { npm_config_update_notifier: 'false' },
      })
      await terminal.shows('fic-dev is ready')
      expect(existsSync(daemonFile)).toBe(true)

      terminal.type(ctrlC)
      await terminal.ended
      await terminal.allEnded
      expect(existsSync(daemonFile)).toBe(false)
    },
  )
})
