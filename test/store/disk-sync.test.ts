/** When a commit counts as durable: only a sync that began after it covers it, and one is enough for all before it. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDiskSync } from '../../src/store/disk-sync.ts'
import { createFolder } from '../support/process.ts'

/** A disk whose syncs end when the test says so. */
function createDisk() {
  const path = join(createFolder(), 'log')
  writeFileSync(path, 'x')
  const running: ((error: Error | null) => void)[] = []
  let begun = 0
  const disk = createDiskSync(path, {
    syncFile(_file, callback) {
      begun++
      running.push(callback)
    },
  })
  onTestFinished(() => disk.close())
  const done: string[] = []
  const ask = (name: string) =>
    disk.synced().then(
      () => done.push(name),
      (error: Error) => done.push(`${name}: ${error.message}`),
    )
  const end = (error: Error | null = null) => running.shift()?.(error)
  return { ask, done, end, disk, begun: () => begun }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('all that ask in one turn share a sync, and wait until it has ended', async () => {
  const { ask, done, end, begun } = createDisk()
  const asked = Promise.all([ask('a'), ask('b'), ask('c')])
  await nextTurn()

  expect(begun()).toBe(1)
  expect(done).toEqual([])

  end()
  await asked
  expect(done).toEqual(['a', 'b', 'c'])
})

test('who asks while a sync is under way waits for the next one', async () => {
  const { ask, done, end, begun } = createDisk()
  const first = ask('first')
  await nextTurn()
  const later = Promise.all([ask('later'), ask('later still')])
  await nextTurn()
  expect(begun()).toBe(1)

  end()
  await first
  expect(done).toEqual(['first'])
  expect(begun()).toBe(2)

  end()
  await later
  expect(done).toEqual(['first', 'later', 'later still'])
  expect(begun()).toBe(2)
})

test('a sync that fails is told to those that it would have covered, and to nobody else', async () => {
  const { ask, done, end } = createDisk()
  const first = ask('first')
  await nextTurn()
  const second = ask('second')
  end(new Error('EIO'))
  await first
  end()
  await second

  expect(done).toEqual(['first: EIO', 'second'])
})

test('with the real disk it resolves', async () => {
  const path = join(createFolder(), 'log')
  writeFileSync(path, 'x')
  const disk = createDiskSync(path)
  onTestFinished(() => disk.close())

  await expect(Promise.all([disk.synced(), disk.synced()])).resolves.toHaveLength(2)
  expect(() => disk.syncNow()).not.toThrow()
})

test('who asks after the end is covered by the last sync, also while an earlier one is under way', async () => {
  const { ask, done, end, disk, begun } = createDisk()
  const early = ask('early')
  await nextTurn()
  disk.close()
  await ask('late')
  expect(done).toEqual(['late'])

  end()
  await early
  expect(begun()).toBe(1)
})
