/** The data directory or a file in it is removed, renamed or replaced while fic-dev runs. */

import { spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  createFolder,
  isReady,
  isStopped,
  type JsonLine,
  kill,
  run,
  type Running,
  start,
  storedIds,
} from '../support/process.ts'
import { startHolder } from '../support/holder.ts'
import { post, publicKey, startLoad } from '../support/load.ts'
import { hasProc } from '../support/process-facts.ts'

const flags = ['--tunnel', 'none', '--public-key', publicKey]
const databaseFile = (cwd: string) => join(cwd, '.fic-dev', 'fic-dev.db')
const logFile = (cwd: string) => `${databaseFile(cwd)}-wal`

const isStore = (state: string) => (line: JsonLine) =>
  line['type'] === 'store' && line['store'].state === state
const isError = (line: JsonLine) => line['type'] === 'error'

async function startDaemon(cwd: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const daemon = start(flags, { cwd })
  const { sinkUrl, inspectorUrl } = await daemon.line(isReady)
  const { token, pid } = JSON.parse(readFileSync(join(cwd, '.fic-dev', 'daemon.json'), 'utf8'))
  let sent = 0
  const answered: string[] = []
  /** Returns the status. */
  async function send(): Promise<number> {
    const id = `${++sent}:x`
    const status = await post(sinkUrl, id, agent)
    if (status === 200) answered.push(id)
    return status
  }
  /** Does it while the daemon stands still, so that it finds all of it done. */
  async function whileStopped(act: () => void | Promise<void>): Promise<void> {
    daemon.signal('SIGSTOP')
    await isStopped(pid)
    await act()
    daemon.signal('SIGCONT')
  }
  const status = async () => {
    const response = await fetch(`${inspectorUrl}/api/status`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return (await response.json()) as JsonLine
  }
  return { daemon, answered, send, whileStopped, status, pid, sinkUrl: String(sinkUrl) }
}

/** Restarts, and returns the path of the sink. */
async function sinkPathAfterRestart(cwd: string): Promise<string> {
  const daemon = start(flags, { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  await kill(daemon)
  return new URL(sinkUrl).pathname
}

const losses: [what: string, lose: (cwd: string) => void, said: RegExp][] = [
  [
    'the data directory is removed',
    (cwd) => rmSync(join(cwd, '.fic-dev'), { recursive: true }),
    /^The data directory .*\.fic-dev was removed/,
  ],
  [
    'git clean -fdX removes what is ignored',
    (cwd) => {
      spawnSync('git', ['init', '--quiet'], { cwd })
      expect(spawnSync('git', ['clean', '-fdXq'], { cwd }).status).toBe(0)
    },
    /^The data directory .*\.fic-dev was removed/,
  ],
  [
    'the data directory is renamed',
    (cwd) => renameSync(join(cwd, '.fic-dev'), join(cwd, 'elsewhere')),
    /^The data directory .*\.fic-dev was removed/,
  ],
  [
    'everything in the data directory is removed',
    (cwd) => {
      for (const name of readdirSync(join(cwd, '.fic-dev'))) rmSync(join(cwd, '.fic-dev', name))
    },
    /^The database file .*fic-dev\.db was removed/,
  ],
  ['the database file is removed', (cwd) => rmSync(databaseFile(cwd)), /^The database file /],
  [
    'the database file is renamed',
    (cwd) => renameSync(databaseFile(cwd), join(cwd, 'other.db')),
    /^The database file /,
  ],
  [
    'the database file is replaced',
    (cwd) => {
      writeFileSync(join(cwd, 'other'), 'something else')
      renameSync(join(cwd, 'other'), databaseFile(cwd))
    },
    /^The database file .* is kept as .*fic-dev\.db\.replaced-/,
  ],
  ['only the write-ahead log is removed', (cwd) => rmSync(logFile(cwd)), /^The write-ahead log /],
  [
    'the write-ahead log is replaced',
    (cwd) => {
      writeFileSync(join(cwd, 'other'), 'something else')
      renameSync(join(cwd, 'other'), logFile(cwd))
    },
    /^The write-ahead log /,
  ],
]

test.skipIf(!hasProc).for(losses)(
  '%s: before the next answer all is written again and reported; nothing is missing after a kill',
  async ([, lose, said]) => {
    const cwd = createFolder()
    const { daemon, answered, send, whileStopped, status, sinkUrl } = await startDaemon(cwd)
    for (let count = 0; count < 3; count++) expect(await send()).toBe(200)
    await whileStopped(() => lose(cwd))

    expect(await send()).toBe(200)
    expect(existsSync(databaseFile(cwd)) && existsSync(logFile(cwd))).toBe(true)
    const { error } = await daemon.line(isError)
    expect(error).toMatchObject({ code: 'FIC_DEV_E_STORE_REMOVED', message: expect.stringMatching(said) })
    expect(await status()).toMatchObject({ store: { state: 'restored', detail: error.message } })
    for (let count = 0; count < 3; count++) expect(await send()).toBe(200)

    const second = await run(['start', '--json', ...flags, '--port', '0', '--sink-port', '0'], { cwd })
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'FIC_DEV_E_DATA_DIR_LOCKED' } })
    await kill(daemon)
    expect(await storedIds(cwd)).toEqual(answered)
    expect(await sinkPathAfterRestart(cwd)).toBe(new URL(sinkUrl).pathname)
  },
)

test.skipIf(!hasProc).for(losses)(
  '%s: noticed without a request, and nothing is missing after a kill',
  async ([, lose]) => {
    const cwd = createFolder()
    const { daemon, answered, send, whileStopped } = await startDaemon(cwd)
    for (let count = 0; count < 3; count++) expect(await send()).toBe(200)
    await whileStopped(() => lose(cwd))

    await daemon.line(isStore('restored'))

    await kill(daemon)
    expect(await storedIds(cwd)).toEqual(answered)
  },
)

test.skipIf(!hasProc)(
  'under load, whatever is removed and however often: each one that was answered 200 is there after a kill',
  async () => {
    const cwd = createFolder()
    const { daemon, whileStopped, sinkUrl } = await startDaemon(cwd)
    // A commit that meets the removed files is answered 503, and Fatture in Cloud sends it again.
    const load = startLoad(sinkUrl, 8, { goesOnAfter503: true })
    let reached = 0
    for (const name of ['fic-dev.db-wal', '', 'fic-dev.db', 'fic-dev.db-wal', '']) {
      await load.reached((reached += 50))
      await whileStopped(() => rmSync(join(cwd, '.fic-dev', name), { recursive: true }))
      await daemon.line(isStore('restored'))
    }
    await load.reached(load.answered.length + 50)
    await kill(daemon)
    await load.ended

    const stored = new Set(await storedIds(cwd))
    expect(load.answered.filter((id) => !stored.has(id))).toEqual([])
  },
)

test.skipIf(!hasProc)('after the files were written again an orderly end leaves a whole store', async () => {
  const cwd = createFolder()
  const { daemon, answered, send, whileStopped } = await startDaemon(cwd)
  for (const name of ['.fic-dev', '.fic-dev', join('.fic-dev', 'fic-dev.db-wal')]) {
    expect(await send()).toBe(200)
    await whileStopped(() => rmSync(join(cwd, name), { recursive: true }))
    await daemon.line(isStore('restored'))
  }
  expect(await send()).toBe(200)
  await stop(daemon)

  expect(readdirSync(join(cwd, '.fic-dev')).toSorted()).toEqual([
    '.gitignore',
    'fic-dev.db',
    'fic-dev.db-closed',
    'secrets.json',
  ])
  expect(await storedIds(cwd)).toEqual(answered)
})

test.skipIf(!hasProc)('removed right before the end: the files are written again', async () => {
  const cwd = createFolder()
  const { daemon, answered, send, whileStopped } = await startDaemon(cwd)
  expect(await send()).toBe(200)
  await whileStopped(() => {
    rmSync(join(cwd, '.fic-dev'), { recursive: true })
    daemon.signal('SIGTERM')
  })
  await daemon.ended

  expect(existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(false)
  expect(await storedIds(cwd)).toEqual(answered)
})

test.skipIf(!hasProc)(
  'a file in the place of the data directory: 503 and an error; once it is gone, all goes on',
  async () => {
    const cwd = createFolder()
    const { daemon, answered, send, whileStopped, status } = await startDaemon(cwd)
    expect(await send()).toBe(200)
    await whileStopped(() => {
      rmSync(join(cwd, '.fic-dev'), { recursive: true })
      writeFileSync(join(cwd, '.fic-dev'), '')
    })

    expect(await send()).toBe(503)
    const { error } = await daemon.line(isError)
    expect(error).toMatchObject({
      code: 'FIC_DEV_E_STORE_REMOVED',
      message: expect.stringMatching(/can't be written again: .* Notifications are answered 503\.$/),
    })
    expect(await status()).toMatchObject({ store: { state: 'failed', detail: error.message } })
    expect(await send()).toBe(503)

    rmSync(join(cwd, '.fic-dev'))
    await daemon.line(isStore('restored'))
    expect(await send()).toBe(200)
    await kill(daemon)
    expect(await storedIds(cwd)).toEqual(expect.arrayContaining(answered))
  },
)

test.skipIf(!hasProc)(
  'a project that is moved: 503, and no folder in its old place; moved back, all goes on',
  async () => {
    const home = createFolder()
    const cwd = join(home, 'project')
    mkdirSync(cwd)
    const { daemon, answered, send } = await startDaemon(cwd)
    expect(await send()).toBe(200)
    renameSync(cwd, join(home, 'moved'))

    expect(await send()).toBe(503)
    await daemon.line(isStore('failed'))
    expect(existsSync(cwd)).toBe(false)
    const other = await run(['start', '--json', ...flags, '--port', '0', '--sink-port', '0'], {
      cwd: join(home, 'moved'),
    })
    expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: 'FIC_DEV_E_DATA_DIR_LOCKED' } })

    renameSync(join(home, 'moved'), cwd)
    await daemon.line(isStore('ok'))
    expect(await send()).toBe(200)
    await kill(daemon)
    expect(await storedIds(cwd)).toEqual(expect.arrayContaining(answered))
  },
)

test.skipIf(!hasProc)('a command that opened an empty store meanwhile: 503 until it has ended', async () => {
  const cwd = createFolder()
  const { daemon, answered, send, whileStopped } = await startDaemon(cwd)
  expect(await send()).toBe(200)
  const held: ChildProcess[] = []
  await whileStopped(async () => {
    rmSync(join(cwd, '.fic-dev'), { recursive: true })
    held.push(await startHolder(join(cwd, '.fic-dev')))
  })
  expect(await send()).toBe(503)

  held[0]?.kill('SIGKILL')
  await daemon.line(isStore('restored'))
  expect(await send()).toBe(200)
  await kill(daemon)
  expect(await storedIds(cwd)).toEqual(expect.arrayContaining(answered))
})

test.skipIf(!hasProc)(
  'another daemon that was started meanwhile keeps what is its own; the first answers 503 and says so',
  async () => {
    const cwd = createFolder()
    const first = await startDaemon(cwd)
    expect(await first.send()).toBe(200)
    first.daemon.signal('SIGSTOP')
    await isStopped(first.pid)
    rmSync(join(cwd, '.fic-dev'), { recursive: true })
    const second = await startDaemon(cwd)
    expect(await second.send()).toBe(200)
    first.daemon.signal('SIGCONT')

    expect(await first.send()).toBe(503)
    const { error } = await first.daemon.line(isError)
    expect(error.message).toContain('Another fic-dev holds the store')
    expect(await second.send()).toBe(200)
    await stop(first.daemon)
    expect(existsSync(join(cwd, '.fic-dev', 'daemon.json'))).toBe(true)
    expect(await second.send()).toBe(200)
    await kill(second.daemon)
    expect(await storedIds(cwd)).toEqual(second.answered)
  },
)

async function stop(daemon: Running): Promise<void> {
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)
}
