/** What opening a store does: schema, lock, damaged and newer files, folders that cannot be written. */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { migrations } from '../../src/store/schema.ts'
import { listOf, openTestStore, sampleCapture, testFolder } from '../support/capture.ts'
import { startHolder } from '../support/holder.ts'

const fileName = 'fic-dev.db'

/** Asks the file itself, past our own code. */
function inFile<T>(dataDir: string, ask: (database: Libsql.Database) => T): T {
  const database = new Libsql(join(dataDir, fileName))
  try {
    return ask(database)
  } finally {
    database.close()
  }
}

function schemaVersion(dataDir: string): unknown {
  const row = inFile(dataDir, (database) => database.prepare('PRAGMA user_version').get([]))
  return (row as Record<string, unknown>)['user_version']
}

async function storeWith(count: number): Promise<string> {
  const store = await openTestStore()
  await Promise.all(Array.from({ length: count }, () => store.capture(sampleCapture(), { targets: [] })))
  store.close()
  return store.dataDir
}

function damage(dataDir: string, change: (file: Buffer) => Buffer): void {
  const path = join(dataDir, fileName)
  writeFileSync(path, change(readFileSync(path)))
}

function setAside(dataDir: string): string[] {
  return readdirSync(dataDir).filter((name) => name.startsWith(`${fileName}.damaged-`))
}

/** What this fic-dev writes. */
const current = migrations.length

test('a new store has the current schema version, and opening it again changes nothing', async () => {
  const dataDir = await storeWith(3)

  expect(schemaVersion(dataDir)).toBe(current)
  const again = await openTestStore({ dataDir })
  expect(again.counts().notifications).toBe(3)
  expect(again.lastSeq()).toBe(3)
})

test('an empty file, as an interrupted first start leaves it, becomes a store', async () => {
  const dataDir = await testFolder()
  writeFileSync(join(dataDir, fileName), '')

  const store = await openTestStore({ dataDir })

  expect(store.counts()).toEqual({ notifications: 0, deliveries: 0, waiting: 0 })
  store.close()
  expect(schemaVersion(dataDir)).toBe(current)
})

test.for(migrations.map((_, index) => index + 1))(
  'a store of version %d is brought up to date, with what is in it',
  async (version) => {
    const dataDir = await testFolder()
    inFile(dataDir, (database) => {
      // Its notification is of the first version; what later ones keep about it is theirs to fill in.
      database.exec(migrations[0] ?? '')
      database
        .prepare(
          `INSERT INTO notifications (kind, received_at, event_type, company, ce_id, signature, details, body)
           VALUES ('event', 1772366400000, 'it.fattureincloud.webhooks.taxes.create', 1, '1:a', 'valid', ?, x'7b7d')`,
        )
        .run([JSON.stringify({ ...sampleCapture(), body: undefined })])
      for (const statements of migrations.slice(1, version)) database.exec(statements)
      database.exec(`PRAGMA user_version = ${version}`)
    })

    const store = await openTestStore({ dataDir })

    expect(store.notification(1)).toMatchObject({ receivedAt: '2026-03-01T12:00:00.000Z', body: '{}' })
    expect(await store.capture(sampleCapture(), { targets: [] })).toMatchObject({ seq: 2 })
    expect((await listOf(store, {}, 10)).map(({ seq }) => seq)).toEqual([2, 1])
    expect(
      (
        await listOf(
          store,
          { type: 'taxes.*', terms: [{ field: 'text', value: 'brave-otter', not: false }] },
          10,
        )
      ).map(({ seq }) => seq),
    ).toEqual([1])
    store.close()
    expect(schemaVersion(dataDir)).toBe(current)
  },
)

test('deliveries of a store that had no channels get theirs, and so do those that wait', async () => {
  const dataDir = await testFolder()
  const targets = { app: 'http://127.0.0.1:3000/webhooks', stream: 'nats://nats.example.com:4222' }
  inFile(dataDir, (database) => {
    const before = migrations.slice(0, 7)
    for (const statements of before) database.exec(statements)
    database
      .prepare(
        `INSERT INTO notifications (kind, received_at, signature, details, body)
         VALUES ('event', 1772366400000, 'valid', ?, x'7b7d')`,
      )
      .run([JSON.stringify({ ...sampleCapture(), body: undefined })])
    for (const target of [targets.app, targets.stream]) {
      database
        .prepare(
          `INSERT INTO deliveries (seq, target, attempt, replay, sign, started_at, verdict)
           VALUES (1, ?, 1, 0, 'original', 1772366400000, 'retried')`,
        )
        .run([target])
      database
        .prepare('INSERT INTO jobs (seq, target, created_at, next_at) VALUES (1, ?, 0, 0)')
        .run([target])
    }
    database.exec(`PRAGMA user_version = ${before.length}`)
  })

  const store = await openTestStore({ dataDir })

  expect(store.notification(1)?.deliveries.map(({ channel, target }) => [channel, target])).toEqual(
    Object.entries(targets),
  )
  expect(store.listed(1)?.deliveries.map(({ target }) => target)).toEqual([targets.app])
  expect([store.jobs.targets('app'), store.jobs.targets('stream')]).toEqual([[targets.app], [targets.stream]])
})

test('a store of a newer schema is refused and left as it is', async () => {
  const dataDir = await storeWith(1)
  inFile(dataDir, (database) => database.exec(`PRAGMA user_version = ${current + 1}`))

  await expect(openTestStore({ dataDir })).rejects.toMatchObject({
    code: 'FIC_DEV_E_STORE_NEWER',
    exitCode: 1,
    message: expect.stringContaining(`schema ${current + 1}, this one knows ${current}`),
  })

  expect(schemaVersion(dataDir)).toBe(current + 1)
  expect(setAside(dataDir)).toEqual([])
})

test.for<[name: string, change: (file: Buffer) => Buffer]>([
  ['that is no database', () => Buffer.from('{"this":"is something else"}'.repeat(200))],
  ['whose header is overwritten', (file) => Buffer.from(file).fill(0xff, 0, 100)],
  ['with a page of noise in the middle', (file) => Buffer.from(file).fill(0xa5, 4096 * 20, 4096 * 24)],
  ['that is cut short', (file) => file.subarray(0, 4096 * 10)],
  ['that is cut in the middle of a page', (file) => file.subarray(0, 4096 * 10 + 123)],
])('a file %s is set aside whole, and a new store is begun', async ([, change]) => {
  const dataDir = await storeWith(200)
  damage(dataDir, change)
  const damaged = readFileSync(join(dataDir, fileName))

  const store = await openTestStore({ dataDir })

  expect(store.counts().notifications).toBe(0)
  expect(await store.capture(sampleCapture(), { targets: [] })).toMatchObject({ seq: 1 })
  const [aside, ...others] = setAside(dataDir)
  expect(others).toEqual([])
  // But for the first page, where SQLite counts who opened it.
  const kept = readFileSync(join(dataDir, aside ?? ''))
  expect(kept.length).toBe(damaged.length)
  expect(kept.subarray(4096).equals(damaged.subarray(4096))).toBe(true)
})

test('only a file that ended in order and was not touched since is taken without being read through', async () => {
  const noise = (file: Buffer) => Buffer.from(file).fill(0xa5, 4096 * 80, 4096 * 84)
  /** Damage that the time of the file does not tell of. */
  const damageUnseen = (dataDir: string) => {
    const path = join(dataDir, fileName)
    execFileSync('touch', ['-r', path, `${path}.time`])
    damage(dataDir, noise)
    execFileSync('touch', ['-r', `${path}.time`, path])
  }
  const inOrder = await storeWith(200)
  damageUnseen(inOrder)
  await openTestStore({ dataDir: inOrder })
  expect(setAside(inOrder)).toEqual([])

  const afterCrash = await storeWith(200)
  rmSync(join(afterCrash, `${fileName}-closed`))
  damageUnseen(afterCrash)
  await openTestStore({ dataDir: afterCrash })
  expect(setAside(afterCrash)).toHaveLength(1)
})

test('a store in use does not count as one that ended in order', async () => {
  const dataDir = await storeWith(1)
  expect(existsSync(join(dataDir, `${fileName}-closed`))).toBe(true)

  const store = await openTestStore({ dataDir })
  expect(existsSync(join(dataDir, `${fileName}-closed`))).toBe(false)

  store.close()
  expect(existsSync(join(dataDir, `${fileName}-closed`))).toBe(true)
})

test('a second process is refused while the first lives, and gets the store when that was killed', async () => {
  const dataDir = await testFolder()
  const holder = await startHolder(dataDir)

  await expect(openTestStore({ dataDir })).rejects.toMatchObject({ code: 'FIC_DEV_E_DATA_DIR_LOCKED' })

  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const store = await openTestStore({ dataDir })
  expect(store.counts().notifications).toBe(0)
})

test('a store that was closed can be opened again at once by the same process', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: ['http://127.0.0.1:3000/'] })
  expect(await listOf(store, {}, 10)).toHaveLength(1)
  store.close()

  const again = await openTestStore({ dataDir: store.dataDir })

  expect(await listOf(again, {}, 10)).toHaveLength(1)
  expect(again.jobs.count()).toBe(1)
})

test('a data dir that cannot be made is told with its path', async () => {
  const parent = await testFolder()
  chmodSync(parent, 0o500)
  const dataDir = join(parent, '.fic-dev')

  await asNobodySpecial(() =>
    expect(openTestStore({ dataDir })).rejects.toMatchObject({
      code: 'FIC_DEV_E_DATA_DIR_UNUSABLE',
      exitCode: 1,
      message: expect.stringContaining(dataDir),
    }),
  )
  chmodSync(parent, 0o700)
})

test('something else in the place of the database file is told, not set aside', async () => {
  const dataDir = await testFolder()
  mkdirSync(join(dataDir, fileName))

  await expect(openTestStore({ dataDir })).rejects.toMatchObject({ code: 'FIC_DEV_E_STORE_FAILED' })
  expect(setAside(dataDir)).toEqual([])
})

/** root may write everywhere, so the modes of folders mean something only without it. */
async function asNobodySpecial(act: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
