/** `start --background`, `status`, `logs` and `version`. `stop` has a file of its own. */

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../../src/daemon/daemon-file.ts'
import { signalTo } from '../support/process-facts.ts'
import { createFolder, follow, pidIn, run, type JsonLine, type Place } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

const anyPort = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

/** The one object that a command prints. */
async function ask(args: readonly string[], place: Place) {
  const { stdout, stderr, exitCode } = await run([...args, '--json'], place)
  return { exitCode, stderr, object: JSON.parse(stdout.split('\n')[0] ?? '') as JsonLine }
}

const isRunningIn = (cwd: string) => existsSync(join(cwd, '.fic-dev', 'daemon.json'))

test('in the background: ready with its addresses, status, logs, no second one, and stop waits for its end', async () => {
  const place = { cwd: createFolder() }
  await using target = await startTarget()
  const started = await ask(['--emulator', '-f', target.url, ...anyPort, '--background'], place)
  const { pid, logFile } = started.object
  onTestFinished(() => signalTo(pid, 'SIGKILL'))
  expect(started).toMatchObject({ exitCode: 0, stderr: '' })
  expect(started.object).toEqual({
    type: 'ready',
    inspectorUrl: expect.stringContaining('http://127.0.0.1:'),
    sinkUrl: expect.stringContaining('http://127.0.0.1:'),
    emulatorUrl: expect.stringContaining('http://127.0.0.1:'),
    openUrl: expect.stringContaining('/open/'),
    pid: pidIn(place.cwd),
    logFile: join(place.cwd, '.fic-dev', 'fic-dev.log'),
  })
  expect(statSync(logFile).mode & 0o777).toBe(0o600)

  const logs = follow(['logs', '--follow'], place)
  await logs.text((line) => line.includes('"type":"ready"'))
  const [status, text, second] = await Promise.all([
    ask(['status'], place),
    run(['status'], place),
    run(['start', '--emulator', '--background'], place),
  ])
  expect(status).toMatchObject({
    exitCode: 0,
    object: {
      running: true,
      pid,
      logFile,
      version,
      subscription: { id: 'SUB1' },
      targets: [{ url: target.url }],
    },
  })
  expect(text.stdout).toContain(`(process ${pid}, since `)
  expect(text.stdout).toMatch(/^ {2}sink +http/m)
  expect(second.exitCode).toBe(1)
  expect(second.stderr).toContain(`fic-dev runs here already: process ${pid} holds`)
  // The second one left no trace in the log of the first.
  expect(readFileSync(logFile, 'utf8')).not.toContain('DATA_DIR_LOCKED')

  await run(['trigger', 'entities.clients.create', '--ids', '4711'], place)
  await logs.text((line) => line.includes('4711'))
  const stopped = await ask(['stop'], place)
  expect(stopped).toMatchObject({
    exitCode: 0,
    object: { stopped: true, pid, subscriptions: [], owed: [] },
  })
  expect([isAlive(pid), isRunningIn(place.cwd)]).toEqual([false, false])
  expect(await logs.ended).toBe(0)

  const [none, again, kept] = await Promise.all([
    ask(['status'], place),
    ask(['stop'], place),
    run(['logs', '-n', '1'], place),
  ])
  const project = join(place.cwd, '.fic-dev')
  expect(none).toMatchObject({ exitCode: 1, object: { running: false, project } })
  expect(again).toMatchObject({ exitCode: 0, object: { stopped: false, project } })
  expect(kept.stdout.trim().split('\n')).toEqual(['stopped'])
}, 60_000)

test.each([
  ['no tunnel', ['--tunnel', 'cloudflared'], 4, 'FIC_DEV_E_TUNNEL_PROVIDER'],
  ['a wrong setting', ['--types', 'x', '--concurrency', 'many'], 2, 'FIC_DEV_E_CONFIG_INVALID'],
])(
  'in the background, a start that fails ends with its own error: %s',
  async (_what, flags, exitCode, code) => {
    const cwd = createFolder()
    const failed = await ask(['start', ...flags, ...anyPort, '--background'], {
      cwd,
      environment: { PATH: cwd },
    })
    expect(failed).toMatchObject({ exitCode, object: { type: 'error', error: { code } } })
    expect(failed.stderr).toContain(code)
    expect(isRunningIn(cwd)).toBe(false)
  },
)

test('Ctrl-C during a start in the background leaves no process behind', async () => {
  const cwd = createFolder()
  // Nothing answers there, so it waits.
  await using hanging = await startTarget(0, () => {})
  const flags = ['--tunnel', 'localtunnel', '--tunnel-host', hanging.url, ...anyPort]
  const starting = follow(['start', ...flags, '--background'], { cwd })
  await expect.poll(() => isRunningIn(cwd)).toBe(true)
  const pid = pidIn(cwd)
  onTestFinished(() => signalTo(pid, 'SIGKILL'))
  starting.signal('SIGINT')
  expect(await starting.ended).toBe(130)
  expect([isAlive(pid), isRunningIn(cwd)]).toEqual([false, false])
})

test('a log beyond its bound is cut once, and logs prints both halves', async () => {
  const cwd = createFolder()
  mkdirSync(join(cwd, '.fic-dev'))
  const logFile = join(cwd, '.fic-dev', 'fic-dev.log')
  writeFileSync(logFile, `${'an old line '.repeat(1_000)}\n`.repeat(500))
  const { object } = await ask(['--emulator', ...anyPort, '--background'], { cwd })
  onTestFinished(() => signalTo(object['pid'], 'SIGKILL'))
  expect((await run(['stop'], { cwd })).exitCode).toBe(0)

  expect(statSync(logFile).size).toBeLessThan(100_000)
  expect(statSync(`${logFile}.1`).mode & 0o777).toBe(0o600)
  const { stdout } = await run(['logs'], { cwd })
  expect(stdout.startsWith('an old line')).toBe(true)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('stopped')
})

test('the version: version, -v, -V, --version', async () => {
  const place = { cwd: createFolder() }
  const printed = await Promise.all(
    [['version'], ['-v'], ['-V'], ['--version']].map((args) => run(args, place)),
  )
  for (const ended of printed)
    expect(ended).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
})
