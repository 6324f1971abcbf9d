import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingKeys, settings } from '../../src/config/settings.ts'
import { createFolder, run } from '../support/process.ts'

const packageVersion: string = JSON.parse(readFileSync('package.json', 'utf8')).version

test('--help names every command and every flag, on stdout', async () => {
  const { exitCode, stdout, stderr } = await run(['--help'], { cwd: createFolder() })
  expect([exitCode, stderr]).toEqual([0, ''])
  for (const key of settingKeys) expect(stdout).toContain(settings[key].flag)
  for (const name of [
    'start',
    'trigger',
    'list',
    'show',
    'replay',
    'export',
    'import',
    'types',
    'keys',
    'emulator',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  }
})

test('the help of every command has examples that begin with its name', async () => {
  const cwd = createFolder()
  const { stdout } = await run(['--help'], { cwd })
  const commands = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) /gm)
  const names = [...commands]
    .map(([, name]) => name ?? '')
    .filter((name) => !['fic', 'start', 'help'].includes(name))
  expect(names).toEqual(expect.arrayContaining(['trigger', 'init', 'check', 'doctor', 'completion']))
  const helps = await Promise.all(names.map((name) => run([name, '--help'], { cwd })))
  const without = names.filter((name, index) => !helps[index]?.stdout.match(`Examples:[^]*fic-dev ${name}`))
  expect(without).toEqual([])
})

test('--version is the version of the package', async () => {
  const { exitCode, stdout } = await run(['--version'], { cwd: createFolder() })
  expect([exitCode, stdout]).toEqual([0, `${packageVersion}\n`])
})

test.each([
  [['triger'], 'There is no command "triger". Did you mean "trigger"?'],
  [['list', '--signatur', 'valid'], "Unknown option '--signatur'. Did you mean --signature?"],
  [
    ['list', '-n', 'many'],
    "Option '-n, --limit <n>' argument 'many' is invalid. It is not a whole number above zero.",
  ],
  [['show'], "Missing required argument 'n'."],
  [['help', 'lst'], 'There is no command "lst". Did you mean "list"?'],
  [
    ['trigger', 'entities.client.create'],
    'There is no event type "entities.client.create". Did you mean "entities.clients.create"?',
  ],
  [['--port', 'x'], '--port is "x", which is not a whole number from 0 to 65535. Example: --port 4620'],
])('%j is a mistake of usage: exit 2, and what was meant', async (args, sentence) => {
  const { exitCode, stdout, stderr } = await run(args, { cwd: createFolder() })
  expect([exitCode, stdout]).toEqual([2, ''])
  const [message, hint, code, end] = stderr.split('\n')
  expect(message).toBe(`error: ${sentence}`)
  expect(hint).toMatch(/^ {2}\S/)
  expect(code).toMatch(/^ {2}FIC_DEV_E_(?:USAGE|CONFIG_INVALID)$/)
  expect(end).toBe('')
})

test('a slip in the use of a command is answered with an example of it, and where its flags are', async () => {
  const { stderr } = await run(['show'], { cwd: createFolder() })
  expect(stderr.split('\n')[1]).toBe('  Example: fic-dev show last. fic-dev show --help shows its flags.')
})

test('with --json a failure is also a line on stdout', async () => {
  const { exitCode, stdout } = await run(['trigger', 'entities.clients.create', '--json'], {
    cwd: createFolder(),
  })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    type: 'error',
    error: {
      code: 'FIC_DEV_E_NO_DAEMON',
      message: expect.stringContaining('No fic-dev is running for '),
      hint: expect.stringContaining('fic-dev --emulator'),
    },
  })
})

test('a stack is printed only with --log-level debug', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'fic-dev.config.mjs'), 'throw new Error("no database")')
  const plain = await run(['--print-config'], { cwd })
  expect([plain.exitCode, plain.stderr.includes('\n    at ')]).toEqual([2, false])
  const debug = await run(['--print-config', '--log-level', 'debug'], { cwd })
  expect(debug.stderr).toContain('caused by Error: no database\n    at ')
})

test('--print-config says where each value comes from, and hides what may be secret', async () => {
  const cwd = createFolder()
  await writeFile(
    join(cwd, 'fic-dev.config.json'),
    '{ "keep": 5, "headers": { "x-api-key": "canary", "x-team": "crm" } }',
  )
  const environment = { FIC_COMPANY_ID: '12', FIC_ACCESS_TOKEN: 'a/canary' }
  const { exitCode, stdout, stderr } = await run(['--print-config', '--json', '--port', '4700'], {
    cwd,
    environment,
  })
  expect([exitCode, `${stdout}${stderr}`.includes('canary')]).toEqual([0, false])
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows.filter(({ source }) => source !== 'default')).toEqual([
    {
      key: 'headers',
      value: { 'x-api-key': '[hidden]', 'x-team': 'crm' },
      source: `file ${join(cwd, 'fic-dev.config.json')}`,
    },
    { key: 'company', value: 12, source: 'environment FIC_COMPANY_ID' },
    { key: 'port', value: { port: 4700, named: true }, source: 'flag' },
    { key: 'keep', value: 5, source: `file ${join(cwd, 'fic-dev.config.json')}` },
    { key: 'json', value: true, source: 'flag' },
  ])
})

test('a toggle of the file can be undone on the command line', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'fic-dev.config.json'), '{ "emulator": true, "open": false }')
  const { stdout } = await run(['--print-config', '--json', '--no-emulator', '--open'], { cwd })
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows.filter(({ key }) => ['emulator', 'open'].includes(key))).toEqual([
    { key: 'emulator', value: false, source: 'flag' },
    { key: 'open', value: true, source: 'flag' },
  ])
})
