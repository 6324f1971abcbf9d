/** The commands of README and docs run, or are accepted by the parser of the program. */

import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { refuseFlagsAsValues } from '../src/cli/explain-option.ts'
import { createProgram } from '../src/cli/program.ts'
import { longFlag, settingKeys, settings } from '../src/config/settings.ts'
import { listCommands } from './support/commands.ts'
import { startReceiver } from './support/receiver.ts'
import { createFolder, follow, run, start, type JsonLine } from './support/process.ts'
import { startSubscriber } from './support/subscriber.ts'
import { listPages, readBlocks, readCommands, readInlineCode } from './readme-blocks.ts'

const pages = listPages()

/** Flags of npm, Node and others that the pages name. */
const ofOthers = ['--save-dev', '--experimental-vm-modules', '--auth', '--subjects', '--env-file']

/** Languages of blocks without commands, and the test that reads them. */
const otherLanguages: Record<string, string> = {
  ts: 'readme-library.test.ts and readme-recipes.test.ts load them',
  js: 'readme-library.test.ts runs it',
  php: 'needs PHP and Composer, which are not on every machine',
  text: 'output, a key, or the configuration that share/credentials.test.ts uses',
}

/** Commands of other programs, with the reason why no test here runs the line itself. */
const notOurs: Record<string, string> = {
  'npm install --save-dev fic-dev': 'needs the npm registry; compat/ installs the packed package',
  'npm install --save-dev @nats-io/transport-node @nats-io/jetstream':
    'needs the npm registry; share/client.test.ts expects the same line as a hint',
  'npm install --save-dev @nats-io/transport-node@3.3.1 @nats-io/jetstream@3.3.1':
    'needs the npm registry; e2e/package.test.ts checks the versions',
  'npm install --save-dev fic-dev tsx': 'needs the npm registry',
  'npm install express jose': 'needs the npm registry',
  'npx tsx --env-file=.env.local express.ts': 'needs Express, which is not installed here',
  'npm ci && npm start':
    'npm ci would remove the packages of the running tests; e2e/examples.test.ts runs the start',
  'npm ci && npm test': 'this suite',
  'npm run my-app &': "the reader's app",
  'nats-server -js -sd /var/lib/nats --auth "$FIC_DEV_SHARE_TOKEN"':
    'writes to a system folder; support/nats-server.ts starts the server with the same flags',
  'nats-server -js -a 127.0.0.1': 'needs its usual port; support/nats-server.ts starts it on a free one',
  'export FIC_ACCESS_TOKEN=…': 'sets a variable of the shell',
  'export FIC_DEV_SHARE=nats://nats.example.com:4222 FIC_COMPANY_ID=12345': 'sets variables of the shell',
}

const shell = promisify(execFile)

test('every setting has its flag in the first help', async () => {
  const help = await helpOf(null)
  expect(settingKeys.filter((key) => !help.flags.has(longFlag(settings[key])))).toEqual([])
})

test('the README names every command, and none that does not exist', async () => {
  const { commands } = await helpOf(null)
  const named = readInlineCode('README.md').map((code) => /^fic-dev \[?([a-z]+)/.exec(code)?.[1])

  expect([...new Set(named.filter((name) => name !== undefined))].sort()).toEqual(
    commands.filter((name) => name !== 'help').sort(),
  )
})

test('no page names a flag that does not exist', async () => {
  const { commands } = await helpOf(null)
  const helps = await Promise.all([null, ...commands].map(helpOf))
  const known = new Set([...helps.flatMap(({ flags }) => [...flags]), ...ofOthers])
  const named = pages.flatMap((page) =>
    [...readInlineCode(page), ...readBlocks(page).map(({ code }) => code)].flatMap(flagsIn),
  )

  expect(named.length).toBeGreaterThan(30)
  expect([...new Set(named)].filter((flag) => !known.has(flag))).toEqual([])
})

test('every command line of a page has only flags that its command takes', async () => {
  const { commands } = await helpOf(null)
  const lines = pages.flatMap((page) => [
    ...readInlineCode(page),
    ...readBlocks(page).flatMap(({ code }) => code.split('\n')),
  ])
  const wrong: string[] = []
  for (const line of lines) {
    const [, words] = /\bfic-dev ([^|)]+)/.exec(line) ?? []
    if (words === undefined) continue
    const command = commands.find((name) => words.split(' ')[0] === name) ?? null
    const { flags } = await helpOf(command)
    wrong.push(...flagsIn(words).flatMap((flag) => (flags.has(flag) ? [] : [`${flag} in: ${line}`])))
  }
  expect(wrong).toEqual([])
})

test('every command of a block is accepted by the parser, runs below, or is an exception with its reason', async () => {
  const lines = pages.flatMap((page) => readCommands(page))
  const used = new Set<string>()
  const unknown: string[] = []
  for (const line of lines) {
    const args = toArguments(line)
    if (args !== null) await parse(args)
    else if (line in notOurs) used.add(line)
    // The curl lines run below.
    else if (!line.startsWith('curl ')) unknown.push(line)
  }
  expect(lines.length).toBeGreaterThan(25)
  expect(unknown).toEqual([])
  expect([...used].sort()).toEqual(Object.keys(notOurs).sort())
})

test('the parser refuses a flag and a command that do not exist', async () => {
  await expect(parse(['list', '--nowhere'])).rejects.toThrow('--nowhere')
  await expect(parse(['trigger'])).rejects.toThrow('type')
})

test('every block has a language that a test reads', () => {
  const languages = pages.flatMap((page) => readBlocks(page).map(({ language }) => language))
  const known = ['sh', 'yaml', ...Object.keys(otherLanguages)]
  expect([...new Set(languages)].sort()).toEqual(known.sort())
})

test('every shell block is valid for a shell', async () => {
  const blocks = pages.flatMap((page) => readBlocks(page).filter(({ language }) => language === 'sh'))
  expect(blocks.length).toBeGreaterThan(10)
  for (const { code } of blocks) await shell('sh', ['-n', '-c', code])
})

test('the lines that start the daemon are understood', async () => {
  const starts = ficDevLines('README.md').filter(([first]) => first === undefined || first.startsWith('-'))
  expect(starts.length).toBeGreaterThan(2)
  for (const args of starts) {
    expect(await run([...args, '--print-config'], { cwd: createFolder() })).toMatchObject({ exitCode: 0 })
  }
})

test('the other lines of the README do what they say, beside a daemon with the emulator', async () => {
  const cwd = createFolder()
  const known = { devKey: '' }
  const receiver = await startReceiver(() => known.devKey)
  const daemon = start(['--emulator', '--forward-to', receiver.url], { cwd })
  await daemon.line(({ type }) => type === 'ready')
  const keys = await run(['keys', '--json'], { cwd })
  known.devKey = String((JSON.parse(keys.stdout.split('\n')[0] ?? '') as JsonLine)['pem'])

  const others = ficDevLines('README.md').filter(([first]) => first !== undefined && /^[a-z]/.test(first))
  // `init` asks, so it needs a terminal, and `follow` a server and a daemon of its own; their tests give them that.
  const lines = others.filter(([first]) => first !== 'init' && first !== 'follow')
  expect(lines.map(([command]) => command).sort()).toEqual(['check', 'env', 'trigger'])
  for (const args of lines) {
    const meant = args.map((word) => (word === 'http://localhost:3000/webhooks' ? receiver.url : word))
    expect({ args, ...(await run(meant, { cwd })) }).toMatchObject({ exitCode: 0 })
  }
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)
})

// Without curl there is nothing to prove here.
test.skipIf(!hasCurl())(
  'the curl lines for apps in other languages bring a notification to the app',
  async () => {
    const cwd = createFolder()
    await using target = await startSubscriber()
    const emulator = follow(['emulator', '--port', '0', '--json'], { cwd })
    const { emulatorUrl } = await emulator.line(({ type }) => type === 'ready')
    const lines = readCommands('docs/recipes.md').filter((line) => line.startsWith('curl '))
    const answers: string[] = []
    for (const line of lines) {
      const meant = line
        .replaceAll('http://127.0.0.1:4622', String(emulatorUrl))
        .replaceAll('http://127.0.0.1:8000/api/webhooks', target.url)
      answers.push((await shell('sh', ['-c', `${meant} --silent --fail --noproxy '*'`])).stdout)
    }

    const { items } = JSON.parse(answers.at(-2) ?? '') as JsonLine
    expect(items.map(({ kind, outcome }: JsonLine) => [kind, outcome])).toEqual([
      ['verification', 'verified'],
      ['welcome', 'delivered'],
      ['event', 'delivered'],
    ])
    expect(Buffer.from(answers.at(-1) ?? '', 'base64').toString()).toContain('BEGIN PUBLIC KEY')
    emulator.signal('SIGTERM')
    await emulator.ended
  },
)

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'])
    return true
  } catch {
    return false
  }
}

/** The arguments of each `npx fic-dev …` of the shell blocks. */
function ficDevLines(page: string): string[][] {
  return readCommands(page, ['sh']).flatMap((line) => {
    const args = toArguments(line)
    return args === null ? [] : [args]
  })
}

/** The arguments of `npx fic-dev …`, without what the shell does with its output; `null` for other commands. */
function toArguments(line: string): string[] | null {
  const [, words] = /^npx fic-dev(?:@latest)?(?:\s+([^>|&]*))?/.exec(line) ?? [null, null]
  if (words === null) return null
  return (words ?? '').split(/\s+/).filter((word) => word !== '')
}

/** Has the program parse a command line, without running the command. */
async function parse(args: string[]): Promise<void> {
  const program = createProgram({ configured() {}, finished() {}, leave() {} })
  for (const command of program.commands) command.action(() => refuseFlagsAsValues(command))
  await program.parseAsync(args, { from: 'user' })
}

interface KnownHelp {
  flags: Set<string>
  commands: string[]
}

const helps = new Map<string | null, Promise<KnownHelp>>()

/** What the help of a command lists; of `null`, the first help. */
function helpOf(command: string | null): Promise<KnownHelp> {
  const known = helps.get(command) ?? askForHelp(command)
  helps.set(command, known)
  return known
}

async function askForHelp(command: string | null): Promise<KnownHelp> {
  // The flags of the daemon work without its name.
  const { stdout } = await run([command ?? 'start', '--help'], { cwd: createFolder() })
  const flags = new Set([...flagsIn(stdout), '--version'])
  return { flags, commands: command === null ? await listCommands() : [] }
}

function flagsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag)
}
