/** However many different filters are used, the statements are those that were there at the start. */

import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createBoard } from '../../src/store/board.ts'
import { openDatabase, type Database } from '../../src/store/database.ts'
import { readFilterText } from '../../src/store/filter/language.ts'
import { createFind } from '../../src/store/filter/find.ts'
import { openTestStore, sampleCapture } from '../support/capture.ts'

const words = [
  'kind:event',
  'signature:valid',
  'company:1',
  'type:invoices.*',
  'id:7',
  'is:twin',
  'target:5xx',
  'acme',
]

test('256 shapes of filters prepare no statement', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: [] })
  store.close()
  const opened = openDatabase(store.dataDir, silentLog())
  onTestFinished(() => void opened.close())
  let prepared = 0
  const database: Database = {
    ...opened,
    inTransaction: false,
    prepare(sql) {
      prepared++
      return opened.prepare(sql)
    },
  }
  const find = createFind(database)
  const board = createBoard(database)
  const atStart = prepared

  for (let shape = 0; shape < 2 ** words.length; shape++) {
    const text = words.map((word, bit) => (shape & (1 << bit) ? word : `-${word}`)).join(' ')
    const read = readFilterText(text, new Date())
    if (read.outcome === 'problems') throw new Error(read.problems.join(' '))
    await find({ terms: read.terms }, 10)
    if (shape % 16 === 0) await board.histogram({ terms: read.terms }, 60, new Date())
  }

  expect(prepared).toBe(atStart)
})
