import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path, { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { startOf } from '../../src/cli/typed.ts'
import { settingKeys, settings } from '../../src/config/settings.ts'
import { createFolder, run } from '../support/process.ts'

function listedCommands(): { name: string; summary: string }[] {
  const program = createProgram({ configured() {}, finished() {}, leave() {} })
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => ({ name: command.name(), summary: command.summary() }))
}

const packageVersion: string = JSON.parse(readFileSync('package.json', 'utf8')).version

test('the first help lists every command on one line, in at most 70 lines', async () => {
  const { exitCode, stdout, stderr } = await run(['--help'], { cwd: createFolder() })
  expect([exitCode, stderr]).toEqual([0, ''])
  const lines = stdout.split('\n')
  expect(lines.length).toBeLessThanOrEqual(70)
  expect(lines.filter((line) => line.length > 90)).toEqual([])
  for (const { name, summary } of listedCommands()) {
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ${name} +\\S`)))
    expect(stdout).toContain(summary)
  }
})

test('start --help shows every flag of the daemon, rare ones last', async () => {
  const { exitCode, stdout } = await run(['start', '--help'], { cwd: createFolder() })
  expect(exitCode).toBe(0)
  const [usual, rare] = stdout.split('\nRarely needed:\n')
  for (const key of settingKeys) {
    expect(settings[key].isRare ? rare : usual).toContain(settings[key].flag)
  }
})

test.each([
  ['npm/10.8.2 node/v22.1.0 linux x64', 'npx fic-dev list -n 50'],
  ['pnpm/9.1.0 npm/? node/v22.1.0', 'pnpm exec fic-dev list -n 50'],
  ['yarn/4.1.0 npm/? node/v22.1.0', 'yarn fic-dev list -n 50'],
  ['bun/1.1.0 npm/? node/v22.1.0', 'bunx fic-dev list -n 50'],
])('started by %s, help, errors and hints name the command as %s', async (agent, command) => {
  const place = { cwd: createFolder(), environment: { npm_config_user_agent: agent } }
  const start = command.replace(' list -n 50', '')
  const [help, noDaemon] = await Promise.all([run(['list', '--help'], place), run(['open'], place)])
  expect(help.stdout).toContain(`\n  ${command}  `)
  expect(noDaemon.stderr).toContain(
    `Start it in another terminal: ${start} start (without an account: ${start} start --emulator)\n`,
  )
})

test.each([
  ['/usr/local/bin/fic-dev', 'fic-dev'],
  [path.join(process.cwd(), 'node_modules/.bin/fic-dev'), 'npx fic-dev'],
  [path.join(process.cwd(), '../node_modules/fic-dev/dist/cli.js'), 'npx fic-dev'],
  ['/usr/lib/node_modules/fic-dev/dist/cli.js', 'fic-dev'],
])('without a package manager, %s is typed as %s', (script, typed) => {
  expect(startOf('', script)).toBe(typed)
})

test('the help of every command has examples that begin with its name', async () => {
  const cwd = createFolder()
  const names = listedCommands().map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['trigger', 'init', 'check', 'doctor', 'completion']))
  const helps = await Promise.all(names.map((name) => run([name, '--help'], { cwd })))
  const without = names.filter((name, index) => !helps[index]?.stdout.match(`Examples:[^]*fic-dev ${name}`))
  expect(without).toEqual([])
})

test.each([
  ['3000', 'localhost:3000/webhooks'],
  ['localhost:3000', 'localhost:3000'],
  ['http://localhost:3000/webhooks', 'http://localhost:3000/webhooks'],
  ['127.0.0.1:8080/x', '127.0.0.1:8080/x'],
  ['app.test/webhooks', 'app.test/webhooks'],
])('the address %s in place of a command leads to --forward-to', async (word, target) => {
  const { exitCode, stderr } = await run([word], { cwd: createFolder() })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(
    `Unknown command "${word}", which looks like the address of your app.\n  To forward notifications there: fic-dev --forward-to ${target}\n`,
  )
})

test('--version is the version of the package', async () => {
  const { exitCode, stdout } = await run(['--version'], { cwd: createFolder() })
  expect([exitCode, stdout]).toEqual([0, `${packageVersion}\n`])
})

test.each([
  [['triger'], 'Unknown command "triger". Did you mean "trigger"?'],
  [['list', '--signatur', 'valid'], "Unknown option '--signatur'. Did you mean --signature?"],
  [
    ['list', '-n', 'many'],
    "Option '-n, --limit <n>' argument 'many' is invalid. It is not a whole number above zero.",
  ],
  [['show'], "Missing required argument 'n'."],
  [['help', 'lst'], 'Unknown command "lst". Did you mean "list"?'],
  [
    ['trigger', 'entities.client.create'],
    'Unknown event type "entities.client.create". Did you mean "entities.clients.create"?',
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
  expect(stderr.split('\n')[1]).toBe('  Example: fic-dev show last. fic-dev show --help lists its flags.')
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
      hint: expect.stringContaining('fic-dev start --emulator'),
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

test('module.exports in a package of modules is explained', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'package.json'), '{ "type": "module" }')
  await writeFile(join(cwd, 'fic-dev.config.js'), 'module.exports = { keep: 7 }')

  const { exitCode, stderr } = await run(['--print-config'], { cwd })

  expect(exitCode).toBe(2)
  expect(stderr).toContain('module is not defined')
  expect(stderr).toContain('or name the file fic-dev.config.cjs.')
})
