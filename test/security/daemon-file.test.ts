/** A `daemon.json` that is stale or was copied with its project sends no token, and acts on no other store. */

import { cpSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DaemonFile } from '../../src/contract/api.ts'
import { createFolder, isReady, type JsonLine, kill, run, start } from '../support/process.ts'
import { answerJson, startOtherProgram, type Heard } from '../support/other-program.ts'
import { signIn } from '../support/page-session.ts'

/** The second and last notification that comes without a trigger; the file is there before. */
const isWelcome = (line: JsonLine) => line['notification']?.kind === 'welcome'

const fileIn = (cwd: string) => join(cwd, '.fic-dev', 'daemon.json')
const readFile = (cwd: string) => JSON.parse(readFileSync(fileIn(cwd), 'utf8')) as DaemonFile

const holdsToken =
  ({ token }: DaemonFile) =>
  (heard: Heard) =>
    heard.headers.authorization !== undefined || JSON.stringify(heard).includes(token)

/** The file of a daemon that was killed, and whose process id this process has now. */
async function leaveStaleFile(): Promise<{ cwd: string; stale: DaemonFile }> {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isWelcome)
  await kill(daemon)
  const stale = { ...readFile(cwd), pid: process.pid }
  writeFileSync(fileIn(cwd), JSON.stringify(stale))
  return { cwd, stale }
}

test.each<[what: string, answer: RequestListener]>([
  ['answers everything with 200', answerJson({ items: [] })],
  ['makes a proof up', answerJson({ proof: 'A'.repeat(43), items: [] })],
  ['answers with HTML', (_request, response) => void response.end('<!doctype html>')],
  ['answers 404', (_request, response) => void response.writeHead(404).end()],
  [
    'redirects',
    (request, response) =>
      void response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` }).end(),
  ],
  ['hangs up', (request) => void request.socket.destroy()],
])('a program at the port of a killed daemon that %s gets no token', async (_what, answer) => {
  const { cwd, stale } = await leaveStaleFile()
  const { heard } = await startOtherProgram(Number(new URL(stale.inspectorUrl).port), answer)

  const listed = await run(['list', '--json'], { cwd })
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' })
  expect(listed.stdout.trim().split('\n')).toHaveLength(2)
  for (const args of [
    ['trigger', 'taxes.create'],
    ['open', '--no-open'],
  ]) {
    expect((await run(args, { cwd })).stderr).toContain('FIC_DEV_E_NO_DAEMON')
  }
  await run(['doctor', '--json'], { cwd })
  await run(['__complete', '--', 'show', ''], { cwd })

  expect(heard.length).toBeGreaterThan(2)
  expect(heard.filter(holdsToken(stale))).toEqual([])
})

test('where a program at that port answers nothing, commands work on the store that is free', async () => {
  const { cwd, stale } = await leaveStaleFile()
  const { heard } = await startOtherProgram(Number(new URL(stale.inspectorUrl).port), () => {})

  expect(await run(['list', '--json'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' })
  expect(heard.map(({ url }) => url.replace(/=.*/, ''))).toEqual(['/api/proof?nonce'])
})

test('a program that has the running daemon answer for it gets no token: the proof names the port', async () => {
  const { cwd, stale } = await leaveStaleFile()
  const daemon = start(['--emulator'], { cwd })
  const { inspectorUrl } = await daemon.line(isReady)
  writeFileSync(fileIn(cwd), JSON.stringify(stale))
  const { heard } = await startOtherProgram(
    Number(new URL(stale.inspectorUrl).port),
    async (request, response) => {
      const answer = await fetch(new URL(request.url ?? '', inspectorUrl))
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    },
  )

  await run(['trigger', 'taxes.create'], { cwd })
  expect(heard).toHaveLength(1)
  expect(heard.filter(holdsToken(stale))).toEqual([])
})

test('a copy of a project acts on its own store, not on that of the original that runs', async () => {
  const original = createFolder()
  const daemon = start(['--emulator'], { cwd: original })
  await daemon.line(isWelcome)
  const count = async (cwd: string) =>
    (await run(['list', '--json'], { cwd })).stdout.split('\n').filter((line) => line !== '').length
  expect(await count(original)).toBe(2)
  const copy = createFolder()
  cpSync(original, copy, { recursive: true })

  expect((await run(['clear', '--yes'], { cwd: copy })).exitCode).toBe(0)
  expect(await count(copy)).toBe(0)
  expect(await count(original)).toBe(2)
  expect((await run(['open', '--no-open'], { cwd: copy })).stderr).toContain('FIC_DEV_E_NO_DAEMON')
})

test.each(['dataDir', 'inode'] as const)(
  'a file with another %s is no daemon of this project',
  async (name) => {
    const cwd = createFolder()
    const daemon = start(['--emulator'], { cwd })
    await daemon.line(isReady)
    const file = readFile(cwd)
    expect((await run(['trigger', 'taxes.create'], { cwd })).exitCode).toBe(0)

    writeFileSync(fileIn(cwd), JSON.stringify({ ...file, [name]: `${file[name]}1` }))
    expect((await run(['trigger', 'taxes.create'], { cwd })).stderr).toContain('FIC_DEV_E_NO_DAEMON')
  },
)

test('the file names the real path and the inode of the data directory, which a link leads to as well', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  const dataDir = join(cwd, '.fic-dev')
  expect(readFile(cwd)).toMatchObject({
    dataDir: realpathSync(dataDir),
    inode: String(statSync(dataDir, { bigint: true }).ino),
  })

  const other = createFolder()
  symlinkSync(dataDir, join(other, '.fic-dev'))
  expect((await run(['trigger', 'taxes.create'], { cwd: other })).exitCode).toBe(0)
})

test('open --revoke ends the sessions of the page, with the daemon and without', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  const ready = await daemon.line(isReady)
  const open = ({ port, pathname }: URL) => signIn(Number(port), pathname)
  await open(new URL(ready['openUrl']))
  expect(ready['openUrl']).not.toContain(readFile(cwd).token)
  expect(JSON.stringify(ready)).not.toContain(readFile(cwd).token)

  const revoked = await run(['open', '--revoke', '--json'], { cwd })
  expect(JSON.parse(revoked.stdout)).toEqual({ revoked: 1 })
  expect((await run(['open', '--revoke'], { cwd })).stdout).toContain('Sessions revoked: 0.')

  const { stdout } = await run(['open', '--no-open'], { cwd })
  await open(new URL(stdout.trim()))
  daemon.signal('SIGTERM')
  await daemon.ended
  const offline = await run(['open', '--revoke', '--json'], { cwd })
  expect(JSON.parse(offline.stdout)).toEqual({ revoked: 1 })
  expect(readFileSync(join(cwd, '.fic-dev', 'sessions.json'), 'utf8')).toBe('[]')
})

test('the token is new with each start: the one of an earlier run, which 0.1 gave to browsers, opens nothing', async () => {
  const { cwd, stale } = await leaveStaleFile()
  const secretsPath = join(cwd, '.fic-dev', 'secrets.json')
  const secrets = JSON.parse(readFileSync(secretsPath, 'utf8')) as Record<string, unknown>
  writeFileSync(secretsPath, JSON.stringify({ ...secrets, sessionToken: stale.token }))
  const daemon = start(['--emulator'], { cwd })
  const { inspectorUrl } = await daemon.line(isReady)
  const statusWith = async (token: string) =>
    (await fetch(`${inspectorUrl}/api/status`, { headers: { authorization: `Bearer ${token}` } })).status

  expect(await statusWith(stale.token)).toBe(401)
  expect(await statusWith(readFile(cwd).token)).toBe(200)
})
