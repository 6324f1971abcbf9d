/** Group commit: writes that came together share a transaction, and only a bad one fails. */

import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { createWriteQueue } from '../../src/store/write-queue.ts'

/** A database in memory that counts its commits. */
function countingDatabase() {
  const database = new Libsql(':memory:')
  database.exec('CREATE TABLE numbers (number INTEGER PRIMARY KEY)')
  const insert = database.prepare('INSERT INTO numbers VALUES (?)')
  let commits = 0
  const counting = new Proxy(database, {
    get(of, name) {
      if (name !== 'prepare') {
        const member: unknown = Reflect.get(of, name)
        return typeof member === 'function' ? member.bind(of) : member
      }
      return (sql: string) => {
        const statement = of.prepare(sql)
        if (sql !== 'COMMIT') return statement
        return { run: (parameters: unknown[]) => (commits++, statement.run(parameters)) }
      }
    },
  })
  const numbers = () => database.prepare('SELECT number FROM numbers ORDER BY number').raw().all([]).flat()
  return { database: counting, insert: (n: number) => void insert.run([n]), numbers, commits: () => commits }
}

test('writes of one turn share a commit', async () => {
  const { database, insert, numbers, commits } = countingDatabase()
  const queue = createWriteQueue(database)

  await Promise.all(Array.from({ length: 100 }, (_, n) => queue.write(() => insert(n))))

  expect(commits()).toBe(1)
  expect(numbers()).toHaveLength(100)
})

test('a write that fails does not fail those that shared its commit, and leaves nothing behind', async () => {
  const { database, insert, numbers } = countingDatabase()
  const queue = createWriteQueue(database)

  const results = await Promise.allSettled([
    queue.write(() => insert(1)),
    queue.write(() => {
      insert(2)
      throw new Error('poison')
    }),
    queue.write(() => insert(3)),
    queue.write(() => insert(1)),
    queue.write(() => insert(4)),
  ])

  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(results[1]).toMatchObject({ reason: { message: 'poison' } })
  expect(numbers()).toEqual([1, 3, 4])
})

test('a write resolves with what it gave, and a flush commits what waits', async () => {
  const { database, insert, numbers } = countingDatabase()
  const queue = createWriteQueue(database)
  const written = queue.write(() => {
    insert(7)
    return 'seven'
  })

  queue.flush()

  expect(numbers()).toEqual([7])
  await expect(written).resolves.toBe('seven')
})

test('what need not be at once goes with the next commit', async () => {
  const { database, insert, numbers, commits } = countingDatabase()
  const queue = createWriteQueue(database)

  await Promise.all([
    queue.writeSoon(() => insert(1)),
    queue.write(() => insert(2)),
    queue.writeSoon(() => insert(3)),
  ])

  expect(commits()).toBe(1)
  expect(numbers()).toEqual([1, 2, 3])
})

test('without another write it makes a commit of its own, one for all that came meanwhile', async () => {
  const { database, insert, commits } = countingDatabase()
  const queue = createWriteQueue(database)

  const first = queue.writeSoon(() => insert(1))
  await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([first, queue.writeSoon(() => insert(2))])

  expect(commits()).toBe(1)
})

test('a close commits what waits; what comes later is rejected and never reaches the database', async () => {
  const { database, insert, numbers, commits } = countingDatabase()
  const queue = createWriteQueue(database)
  const before = queue.write(() => insert(1))

  queue.close()
  const after = [queue.write(() => insert(2)), queue.writeSoon(() => insert(3))]

  await expect(before).resolves.toBeUndefined()
  expect((await Promise.allSettled(after)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(numbers()).toEqual([1])
  expect(commits()).toBe(1)
})
