/**
 * The installed package behind what people start it with. One Ctrl-C, or a closed window, gives back what was borrowed,
 * whether the launcher passes the signal on, repeats it, or kills what is left after five seconds.
 */

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startAnsweringSink } from '../subscription/world.ts'
import { temporaryFolder } from '../support/daemon.ts'
import { callApi } from '../support/emulator-api.ts'
import { createFolder, follow, isReady, pidIn } from '../support/process.ts'
import { ctrlC, hasTerminal, openCommand } from '../support/terminal.ts'
import { isShort } from './size.ts'

const run = promisify(execFile)
const company = 108_061
let project: string

/** As foreman does: SIGTERM to the whole group, which the terminal has sent SIGINT to, and SIGKILL after five seconds. */
const foreman = `
const { spawn } = require('node:child_process')
const child = spawn('fic-dev', { stdio: 'inherit', shell: true })
child.on('close', () => process.exit())
process.on('SIGTERM', () => {})
process.once('SIGINT', () => {
  process.kill(0, 'SIGTERM')
  setTimeout(() => process.kill(0, 'SIGKILL'), 5_000)
})
`

/** The packed tarball and concurrently, installed in a project with scripts that start it. */
beforeAll(async () => {
  const folder = await temporaryFolder()
  project = folder.path
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project])
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz'))
  const scripts = {
    hooks: 'fic-dev',
    both: 'sleep 0 && fic-dev',
    all: 'concurrently "fic-dev" "sleep 600"',
    killing: 'concurrently --kill-others "npm run hooks" "sleep 600"',
    foreman: 'node foreman.cjs',
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, scripts }))
  writeFileSync(join(project, 'foreman.cjs'), foreman)
  const packages = [`./${tarball}`, 'concurrently@~9.2.5']
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], { cwd: project })
  return () => folder[Symbol.asyncDispose]()
}, 180_000)

interface Borrower {
  environment: Record<string, string>
  /** Where Fatture in Cloud, an emulator in a process of its own, sends SUB1 now. */
  sinks(): Promise<string[]>
  oldSink: string
  /** How long Fatture in Cloud takes for an answer. */
  slowDown(delayMs: number): Promise<unknown>
}

let borrower: Borrower
beforeEach(async () => {
  const emulator = follow(['emulator', '--json', '--port', '0'], { cwd: createFolder() })
  const { emulatorUrl, publicKey } = await emulator.line(isReady)
  const { url: oldSink } = await startAnsweringSink('/production')
  const data = { sink: oldSink, types: ['it.fattureincloud.webhooks.issued_documents.invoices.create'] }
  const path = `/c/${company}/subscriptions`
  const { status } = await callApi(emulatorUrl, 'POST', path, { data })
  if (status !== 200) throw new Error(`The subscription was answered ${status}.`)
  borrower = {
    oldSink,
    slowDown: (delayMs) => callApi(emulatorUrl, 'POST', '/_emulator/faults', { api: { delayMs } }),
    sinks: async () => {
      const { body } = await callApi(emulatorUrl, 'GET', path)
      return (body.data as { sink: string }[]).map(({ sink }) => sink)
    },
    environment: {
      FIC_ACCESS_TOKEN: 'any',
      FIC_COMPANY_ID: String(company),
      FIC_DEV_API_BASE: emulatorUrl,
      FIC_DEV_PUBLIC_KEY: publicKey,
      FIC_DEV_TUNNEL: 'none',
      FIC_DEV_TAKE_OVER: 'SUB1',
      FIC_DEV_PORT: '0',
      FIC_DEV_SINK_PORT: '0',
      FIC_DEV_OPEN: 'false',
      // npm keeps its cache and its notices below the home directory.
      npm_config_update_notifier: 'false',
    },
  }
})

const daemonFile = () => join(project, '.fic-dev/daemon.json')

async function hasBorrowed(): Promise<void> {
  await expect.poll(subscriptionState).toBe('verified')
  expect(await borrower.sinks()).not.toEqual([borrower.oldSink])
  // What a launcher sends after the first signal meets a daemon that is giving back.
  await borrower.slowDown(400)
}

/** As the running daemon reports it; `null` while there is none. */
async function subscriptionState(): Promise<string | null> {
  if (!existsSync(daemonFile())) return null
  const { inspectorUrl, token } = JSON.parse(readFileSync(daemonFile(), 'utf8'))
  const headers = { authorization: `Bearer ${token}` }
  const status = (await (await fetch(`${inspectorUrl}/api/status`, { headers })).json()) as {
    subscription: { state: string } | null
  }
  return status.subscription?.state ?? null
}

/** What is left when the daemon has ended; its launcher may end before it. */
async function leftAfter(pid: number) {
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
  await borrower.slowDown(0)
  return { daemonFile: existsSync(daemonFile()), sinks: await borrower.sinks() }
}

const nothing = () => ({ daemonFile: false, sinks: [borrower.oldSink] })

const has = (program: string) => spawnSync(program, ['-c', 'true']).status === 0
const withShell = (shell: string) => ['npm', 'run', 'hooks', `--script-shell=${shell}`]

const launchers: [name: string, command: string[]][] = [
  ...(has('bash')
    ? [['npm with bash as its script shell', withShell('bash')] satisfies [string, string[]]]
    : []),
  ['concurrently', ['npx', '--no', 'concurrently', '--', 'fic-dev', 'sleep 600']],
  ['a parent as foreman is', ['npm', 'run', 'foreman']],
  ['npx', ['npx', '--no', 'fic-dev']],
  ['an npm script', ['npm', 'run', 'hooks']],
  ...(has('dash')
    ? [['npm with dash as its script shell', withShell('dash')] satisfies [string, string[]]]
    : []),
  ['an npm script of several commands', ['npm', 'run', 'both']],
  ['concurrently in an npm script', ['npm', 'run', 'all']],
  ['concurrently that kills the others, over npm', ['npm', 'run', 'killing']],
  ['a shell', ['sh', '-c', 'node_modules/.bin/fic-dev']],
]

describe.skipIf(!hasTerminal)('one Ctrl-C gives back what was borrowed behind', () => {
  test.each(isShort ? launchers.slice(0, 3) : launchers)(
    '%s',
    { timeout: 120_000 },
    async (_name, command) => {
      // Where keys are taken, the terminal sends Ctrl-C as a key, to one process; with --json it sends signals.
      const environment = { ...borrower.environment, FIC_DEV_JSON: 'true' }
      const terminal = openCommand(command, { cwd: project, environment })
      await hasBorrowed()
      const pid = pidIn(project)

      terminal.type(ctrlC)
      await terminal.ended
      expect(await leftAfter(pid)).toEqual(nothing())
    },
  )
})

test.skipIf(!hasTerminal)('Ctrl-C as a key gives back what was borrowed behind npm', async () => {
  const terminal = openCommand(['npm', 'run', 'hooks'], {
    cwd: project,
    environment: borrower.environment,
  })
  await hasBorrowed()
  await terminal.shows('fic-dev is ready')
  const pid = pidIn(project)

  terminal.type(ctrlC)
  await terminal.ended
  expect(await leftAfter(pid)).toEqual(nothing())
})

const tmux = spawnSync('tmux', ['-V']).status === 0

// Without tmux there is no pane to close.
describe.skipIf(!tmux)('a tmux that is closed gives back what was borrowed', () => {
  const closings: [name: string, command: string[]][] = [
    ['its server', ['kill-server']],
    ['its session', ['kill-session', '-t', 'work']],
    ['its pane', ['kill-pane', '-t', 'work']],
  ]

  test.each(isShort ? closings.slice(0, 1) : closings)('%s', { timeout: 120_000 }, async (_name, closing) => {
    const folder = createFolder()
    const env = { PATH: process.env['PATH'], HOME: project, TMUX_TMPDIR: folder, SHELL: '/bin/sh' }
    const inTmux = (...words: string[]) =>
      run('tmux', ['-f', '/dev/null', ...words], { cwd: project, env: { ...env, ...borrower.environment } })
    onTestFinished(() => inTmux('kill-server').then(undefined, () => {}) as Promise<void>)
    // A second session, so that the server survives the end of the first.
    await inTmux('new-session', '-d', '-s', 'other', 'sleep 600')
    await inTmux('new-session', '-d', '-s', 'work', 'npm run hooks')
    await hasBorrowed()
    const pid = pidIn(project)

    await inTmux(...closing)
    expect(await leftAfter(pid)).toEqual(nothing())
  })
})
