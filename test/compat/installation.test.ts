/** An installation that lacks its binaries, as node_modules of another platform does. */

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtCli } from '../support/built-cli.ts'
import { createFolder } from '../support/process.ts'

const source = 'node_modules'
/** What is outside the bundle, without the packages with binaries. */
const packages = ['libsql', '@neon-rs', 'detect-libc']

const damages: [what: string, damage: (modules: string) => void][] = [
  ['without the package of this platform', () => {}],
  ['without libsql', (modules) => rmSync(join(modules, 'libsql'), { recursive: true })],
  [
    'without a package that libsql needs',
    (modules) => rmSync(join(modules, '@neon-rs'), { recursive: true }),
  ],
  [
    'with a binary that this system cannot load',
    (modules) => {
      for (const name of readdirSync(join(source, '@libsql'))) {
        const folder = join(modules, '@libsql', name)
        mkdirSync(folder, { recursive: true })
        writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, main: 'index.node' }))
        writeFileSync(join(folder, 'index.node'), 'of another platform')
      }
    },
  ],
]

/** Commands that open no store, with their exit codes. */
const withoutStore: [args: string[], exitCode: number][] = [
  [['--version'], 0],
  [['--help'], 0],
  [['list', '--help'], 0],
  [['types', 'invoices'], 0],
  [['keys'], 0],
  [['token', 'a.b.c'], 1],
  [['completion', 'bash'], 0],
  [['init', '--yes', '--emulator'], 0],
  [['doctor', '--emulator'], 0],
  [['--print-config'], 0],
]

describe.each(damages)('%s', (_what, damage) => {
  let folder: string
  let program: string

  /** Outside the repository, whose own packages would be found; `createFolder` is for one test. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fic-dev-installation-'))
    const modules = join(folder, 'node_modules')
    const own = join(modules, 'fic-dev')
    mkdirSync(own, { recursive: true })
    cpSync(dirname(builtCli), join(own, 'dist'), { recursive: true })
    cpSync('package.json', join(own, 'package.json'))
    for (const name of packages) cpSync(join(source, name), join(modules, name), { recursive: true })
    damage(modules)
    program = join(own, 'dist', 'cli.js')
    return () => rmSync(folder, { recursive: true, force: true })
  })

  function runHere(args: readonly string[], cwd = createFolder()) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd },
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { status, stdout, stderr }
  }

  test.each([[['list']], [['start', '--emulator', '--no-open']]])(
    '%s ends with the code, the platform and the remedy, once',
    (args) => {
      const { status, stderr } = runHere(args)
      expect([status, stderr.split('FIC_DEV_E_PACKAGE_MISSING').length]).toEqual([1, 2])
      expect(stderr.match(/^error: /gm)).toHaveLength(1)
      expect(stderr).toContain(
        `The SQLite library cannot be loaded on this platform (${process.platform}-${process.arch})`,
      )
      expect(stderr).toContain('rm -rf node_modules && npm install, or npx fic-dev@latest')
      expect(stderr).not.toContain('mistake in fic-dev')
    },
  )

  // One damage shows it: what they load is the same.
  test.each(damage === damages[0]?.[1] ? withoutStore : [])('%s runs', (args, exitCode) => {
    const { status, stdout, stderr } = runHere(args)
    expect([status, stderr]).toEqual([exitCode, expect.not.stringContaining('PACKAGE_MISSING')])
    expect(stdout + stderr).not.toBe('')
  })

  test('with --json, the error is an object', () => {
    const { stdout } = runHere(['list', '--json'])
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).error.code)).toEqual(['FIC_DEV_E_PACKAGE_MISSING'])
  })

  test('a config file in TypeScript, whose loader has a binary, too, ends with the same code', () => {
    const cwd = createFolder()
    writeFileSync(join(cwd, 'fic-dev.config.ts'), 'export default { emulator: true }')
    expect(existsSync(join(folder, 'node_modules', 'tsx'))).toBe(false)
    const { status, stderr } = runHere(['types'], cwd)
    expect([status, stderr]).toEqual([1, expect.stringContaining('FIC_DEV_E_PACKAGE_MISSING')])
    expect(stderr).toContain('The TypeScript loader, which fic-dev.config.ts needs,')
  })
})
