/** A subfolder of a project is the same project: data dir and `.env` are found upward, and looking creates nothing. */

import { chownSync, lchownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFolder, isReady, type JsonLine, run, start } from '../support/process.ts'
import { createProject, read } from '../support/project.ts'

const isEvent = (line: JsonLine) =>
  line['type'] === 'notification' && line['notification'].eventType.endsWith('products.create')
const dataDirOf = async (cwd: string) => (await read(cwd)).config.dataDir

/** Folders and files by name; a name that ends in `/` is a folder. */
function createTree(names: readonly string[], content: Record<string, string> = {}): string {
  const root = createProject(content)
  for (const name of names) {
    mkdirSync(join(root, name.replace(/[^/]*$/, '')), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(join(root, name), '')
  }
  return root
}

describe('the data dir of', () => {
  test.for<[what: string, tree: string[], cwd: string, dataDir: string]>([
    ['a subfolder is that of the Git root', ['.git/', '.fic-dev/', 'apps/api/'], 'apps/api', '.fic-dev'],
    ['a folder far below, too', ['.git/', '.fic-dev/', 'a/b/c/d/e/'], 'a/b/c/d/e', '.fic-dev'],
    [
      'a worktree, with .git as a file, is its own',
      ['.git/', '.fic-dev/', 'wt/.git', 'wt/src/'],
      'wt/src',
      'wt/src/.fic-dev',
    ],
    [
      'a worktree that has one is found from below',
      ['w/.git', 'w/.fic-dev/', 'w/src/'],
      'w/src',
      'w/.fic-dev',
    ],
    [
      'a package between has priority',
      ['.git/', '.fic-dev/', 'apps/.fic-dev/', 'apps/api/'],
      'apps/api',
      'apps/.fic-dev',
    ],
    ['the working directory wins', ['.git/', '.fic-dev/', 'api/.fic-dev/'], 'api', 'api/.fic-dev'],
    ['the Git root is its own', ['.git/', '.fic-dev/'], '.', '.fic-dev'],
    [
      'a folder above the Git root is not used',
      ['.fic-dev/', 'repo/.git/', 'repo/src/'],
      'repo/src',
      'repo/src/.fic-dev',
    ],
    ['a folder without a Git root is its own', ['.fic-dev/', 'apps/api/'], 'apps/api', 'apps/api/.fic-dev'],
    [
      'a folder with a config file is its own',
      ['.git/', '.fic-dev/', 'api/fic-dev.config.json'],
      'api',
      'api/.fic-dev',
    ],
    ['a file of this name is none', ['.git/', '.fic-dev', 'api/'], 'api', 'api/.fic-dev'],
    [
      'a project without one is in the working directory',
      ['.git/', 'apps/api/'],
      'apps/api',
      'apps/api/.fic-dev',
    ],
  ])('%s', async ([_what, tree, cwd, dataDir]) => {
    const root = createTree(tree)
    if (tree.some((name) => name.endsWith('.json')))
      writeFileSync(join(root, cwd, 'fic-dev.config.json'), '{}')

    expect(await dataDirOf(join(root, cwd))).toBe(join(root, dataDir))
  })

  test('a folder behind a symbolic link is that of the project that it is in', async () => {
    const root = createTree(['repo/.git/', 'repo/.fic-dev/', 'repo/apps/api/', 'elsewhere/'])
    symlinkSync(join(root, 'repo/apps/api'), join(root, 'elsewhere/api'))

    expect(await dataDirOf(join(root, 'elsewhere/api'))).toBe(join(root, 'repo/.fic-dev'))
  })

  test('--data-dir, FIC_DEV_DATA_DIR and the config file count from where they are written', async () => {
    const root = createTree(['.git/', '.fic-dev/', 'api/'], { '.env': 'FIC_DEV_DATA_DIR=data' })
    const cwd = join(root, 'api')

    expect((await read(cwd, { flags: { dataDir: 'mine' } })).config.dataDir).toBe(join(cwd, 'mine'))
    const environment = { FIC_DEV_DATA_DIR: 'mine' }
    expect((await read(cwd, { environment })).config.dataDir).toBe(join(cwd, 'mine'))
    expect(await dataDirOf(cwd)).toBe(join(root, 'data'))
  })
})

const isRoot = process.getuid?.() === 0
const other = 65_534

// Another user's file can be made by root only.
describe.skipIf(!isRoot)('what belongs to another user is not believed', () => {
  test('a data dir and .env above; in the working directory they are used as before', async () => {
    const root = createTree(['.git/', '.fic-dev/', 'api/'], { '.env': 'FIC_DEV_KEEP=78' })
    chownSync(join(root, '.fic-dev'), other, other)
    chownSync(join(root, '.env'), other, other)

    const below = await read(join(root, 'api'))
    expect(below.config).toMatchObject({ dataDir: join(root, 'api/.fic-dev'), keep: 10_000 })
    expect((await read(root)).config).toMatchObject({ dataDir: join(root, '.fic-dev'), keep: 78 })
  })

  test("another user's link to a data dir of mine", async () => {
    const root = createTree(['.git/', 'api/', 'mine/.fic-dev/'])
    symlinkSync(join(root, 'mine/.fic-dev'), join(root, '.fic-dev'))
    lchownSync(join(root, '.fic-dev'), other, other)

    expect(await dataDirOf(join(root, 'api'))).toBe(join(root, 'api/.fic-dev'))
  })
})

test('.env is read upward, a variable from the nearest one, and its paths count from its folder', async () => {
  const cwd = 'apps/api'
  const root = createTree(['.git/', 'apps/api/'], {
    '.env': 'FIC_ACCESS_TOKEN_FILE=token\nFIC_COMPANY_ID=1\nFIC_DEV_KEEP=5\nAPP=x',
    token: 'a/secret',
    'apps/.env': 'FIC_DEV_KEEP=6',
    'apps/api/.env': 'FIC_COMPANY_ID=2',
  })
  const { config, secrets, sources } = await read(join(root, cwd))

  expect(config).toMatchObject({ company: 2, keep: 6 })
  expect(secrets.accessToken).toBe('a/secret')
  expect(sources).toMatchObject({
    company: 'environment FIC_COMPANY_ID (.env)',
    keep: 'environment FIC_DEV_KEEP (../.env)',
  })
})

test('without a Git root, .env above is not read', async () => {
  const root = createTree(['apps/api/'], { '.env': 'FIC_DEV_KEEP=5' })

  expect((await read(join(root, 'apps/api'))).config.keep).toBe(10_000)
})

test('a Git root above the home directory is of no project in it', async () => {
  const root = createTree(['.git/', '.fic-dev/', 'home/work/'], { '.env': 'FIC_DEV_KEEP=5' })
  const place = { cwd: join(root, 'home/work'), environment: { HOME: join(root, 'home') } }
  const { stdout } = await run(['--print-config', '--json'], place)

  expect(stdout).toContain(`"value":"${join(root, 'home/work/.fic-dev')}","source":"default"`)
  expect(stdout).not.toContain('FIC_DEV_KEEP')
})

test('--print-config shows where the data dir was found, and which config file is not used', async () => {
  const root = createTree(['.git/', '.fic-dev/', 'apps/api/'], { 'fic-dev.config.json': '{ "keep": 5 }' })
  const place = { cwd: join(root, 'apps/api') }
  const { stdout, stderr } = await run(['--print-config'], place)

  expect(stdout).toMatch(new RegExp(`dataDir +"${join(root, '.fic-dev')}" +found in ${root}`))
  expect(stderr).toContain(`note: ${join(root, 'fic-dev.config.json')} is not used`)
  expect(stderr).toContain('--config ../../fic-dev.config.json')
  expect(stdout).not.toMatch(/keep +5/)
  const named = await run(['--print-config', '--config', '../../fic-dev.config.json'], place)
  expect(named.stdout).toMatch(/keep +5 /)
  expect(named.stderr).not.toContain('is not used')
})

test('commands in a subfolder find the daemon, its notifications and its keys', async () => {
  const root = createTree(['.git/', 'apps/api/'])
  const daemon = start(['--emulator'], { cwd: root })
  await daemon.line(isReady)
  const below = { cwd: join(root, 'apps/api') }
  expect((await run(['trigger', 'products.create'], below)).exitCode).toBe(0)
  await daemon.line(isEvent)
  // The other key is the emulator's, which ends with the daemon.
  const devKey = async (place: { cwd: string }) =>
    (await run(['keys', '--json'], place)).stdout.split('\n')[0]
  const key = await devKey({ cwd: root })

  expect((await run(['list'], below)).stdout).toContain('products.create')
  expect(await devKey(below)).toBe(key)
  expect(readdirSync(below.cwd)).toEqual([])
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)

  expect((await run(['list'], below)).stdout).toContain('products.create')
  expect(await devKey(below)).toBe(key)
  expect(readdirSync(below.cwd)).toEqual([])
})

describe('in an empty project, looking creates nothing:', () => {
  test.each<[args: string[], exitCode: number]>([
    [['list'], 0],
    [['list', 'type:products'], 0],
    [['show', 'last'], 1],
    [['export'], 0],
    [['export', '--format', 'har'], 0],
    [['export', '--fixtures'], 0],
    [['types'], 0],
    [['token', 'x.y.z'], 1],
    [['token', '--notification', 'last'], 1],
    [['replay', 'last'], 1],
    [['clear', '--yes'], 0],
    [['open'], 1],
    [['open', '--revoke'], 0],
    [['trigger', 'products.create'], 1],
    [['doctor', '-f', 'http://127.0.0.1:9/x', '--api-base', 'http://127.0.0.1:9'], 1],
    [['subscriptions', 'list', '--company', '1', '--api-base', 'http://127.0.0.1:9'], 5],
    [['--print-config'], 0],
  ])('%j', async (args, exitCode) => {
    const cwd = createFolder()
    const ended = await run(args, { cwd, environment: { FIC_ACCESS_TOKEN: 'any' } })

    expect([ended.exitCode, ended.stderr]).toEqual([exitCode, expect.any(String)])
    expect(readdirSync(cwd)).toEqual([])
  })

  test('keys creates the dev key, which is the same the next time', async () => {
    const cwd = createFolder()
    const { stdout } = await run(['keys', '--json'], { cwd })

    expect(readdirSync(cwd)).toEqual(['.fic-dev'])
    expect((await run(['keys', '--json'], { cwd })).stdout).toBe(stdout)
  })

  test('a data dir that cannot be one is an error all the same', async () => {
    const cwd = createFolder()
    writeFileSync(join(cwd, 'file'), '')
    const { exitCode, stderr } = await run(['list', '--data-dir', 'file/x'], { cwd })

    expect(exitCode).toBe(1)
    expect(stderr).toContain('FIC_DEV_E_DATA_DIR_UNUSABLE')
  })
})
