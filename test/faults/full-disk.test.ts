/** A full disk: Fatture in Cloud gets 503 and retries, the error names the reason, and captures resume with free space. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  createFolder,
  isReady,
  kill,
  pidIn,
  run,
  type Running,
  start,
  storedIds,
} from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0
const flags = ['--tunnel', 'none', '--public-key', publicKey]

function createSender(sinkUrl: string) {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const answered: string[] = []
  let sent = 0
  /** Gives the status. */
  async function send(): Promise<number> {
    const id = `${++sent}:x`
    const status = await post(sinkUrl, id, agent)
    if (status === 200) answered.push(id)
    return status
  }
  async function sendUntil(wanted: number): Promise<void> {
    while ((await send()) !== wanted);
  }
  return { answered, send, sendUntil }
}

/** Full, then with room, then killed: what was answered 200 is in the books. */
async function survive(
  daemon: Running,
  sinkUrl: string,
  disk: { fill(): void; empty(): void },
): Promise<string[]> {
  const sender = createSender(sinkUrl)
  expect([await sender.send(), await sender.send()]).toEqual([200, 200])
  disk.fill()
  await sender.sendUntil(503)
  await daemon.said('capture failed, answered 503')
  const whileFull = await Promise.all(Array.from({ length: 20 }, sender.send))
  expect(whileFull.filter((status) => status !== 503 && status !== 200)).toEqual([])
  disk.empty()
  await sender.sendUntil(200)
  expect(await Promise.all(Array.from({ length: 5 }, sender.send))).toEqual([200, 200, 200, 200, 200])
  return sender.answered
}

test.skipIf(!hasPrlimit)(
  'files that may not grow: 503 to Fatture in Cloud, said in the log, and on it goes when they may',
  async () => {
    const cwd = createFolder()
    await using target = await startTarget()
    const daemon = start([...flags, '-f', target.url], { cwd })
    const { sinkUrl } = await daemon.line(isReady)
    const pid = String(pidIn(cwd))
    const limit = (soft: string) => spawnSync('prlimit', ['--pid', pid, `--fsize=${soft}:`])
    const answered = await survive(daemon, sinkUrl, {
      fill: () => limit(String(statSync(join(cwd, '.fic-dev', 'fic-dev.db-wal')).size)),
      empty: () => limit('unlimited'),
    })

    await arrived(target, answered)
    await kill(daemon)
    expect(new Set(await storedIds(cwd))).toEqual(new Set(answered))
  },
)

/** A disk of 4 MB, where this user may make one. */
function mountSmallDisk(): string | null {
  const folder = join(createFolder(), 'disk')
  mkdirSync(folder)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder])
  if (status !== 0) return null
  onTestFinished(() => void spawnSync('umount', ['-l', folder]))
  return folder
}

test('a disk that is full: the same', async ({ skip }) => {
  const disk = mountSmallDisk()
  if (disk === null) return skip('this user may not mount a small disk')
  const cwd = createFolder()
  await using target = await startTarget()
  const place = ['--data-dir', join(disk, 'data')]
  const daemon = start([...flags, ...place, '-f', target.url], { cwd })
  const { sinkUrl } = await daemon.line(isReady)
  const ballast = join(disk, 'ballast')
  const answered = await survive(daemon, sinkUrl, {
    fill: () => {
      try {
        writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024))
      } catch {
        // As much as there was room for.
      }
    },
    empty: () => rmSync(ballast),
  })

  await arrived(target, answered)
  await kill(daemon)
  expect(new Set(await storedIds(cwd, place))).toEqual(new Set(answered))
})

test('a start on a full disk ends with 1 and says where there is no room', async ({ skip }) => {
  const disk = mountSmallDisk()
  if (disk === null) return skip('this user may not mount a small disk')
  expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(8 * 1024 * 1024))).toThrow('ENOSPC')
  const { exitCode, stderr } = await run(['--tunnel', 'none', '--data-dir', join(disk, 'data')], {
    cwd: createFolder(),
  })

  expect(exitCode).toBe(1)
  expect(stderr).toContain(join(disk, 'data'))
  expect(stderr).toMatch(/FIC_DEV_E_(DATA_DIR_UNUSABLE|STORE_FAILED)/)
})

test('a data dir that cannot be written ends the start with 1, and says so', async ({ skip }) => {
  const disk = mountSmallDisk()
  if (disk === null) return skip('this user may not mount a small disk')
  spawnSync('mount', ['-o', 'remount,ro', disk])
  expect(readFileSync('/proc/mounts', 'utf8')).toMatch(new RegExp(`${disk} tmpfs ro`))
  const { exitCode, stderr } = await run(['--tunnel', 'none', '--data-dir', join(disk, 'data')], {
    cwd: createFolder(),
  })

  expect(exitCode).toBe(1)
  expect(stderr).toContain('FIC_DEV_E_DATA_DIR_UNUSABLE')
})
