/** What filters read is there for notifications of an older store, too. */

import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { listOf, openTestStore, sampleCapture, testFolder, typePrefix } from '../../support/capture.ts'

test('a store of schema version 1 is found through by all filters after it was opened', async () => {
  const dataDir = await testFolder()
  const before = await openTestStore({ dataDir })
  await before.capture(
    sampleCapture({
      eventType: `${typePrefix}entities.clients.create`,
      ids: ['a', 30],
      problems: ['Odd.'],
      signature: { outcome: 'invalid', claims: [], problems: ['Another key.'] },
    }),
    { targets: [] },
  )
  before.close()
  const database = new Libsql(join(dataDir, 'fic-dev.db'))
  database.exec(
    `DROP TABLE notification_search; DROP TABLE resources; DROP TABLE arrivals; PRAGMA user_version = 1;
     ALTER TABLE deliveries DROP COLUMN answer_of; ALTER TABLE deliveries DROP COLUMN is_dropped;
     ALTER TABLE deliveries DROP COLUMN error_code;
     ALTER TABLE deliveries DROP COLUMN own_authorization; DROP INDEX jobs_by_due;
     ALTER TABLE deliveries DROP COLUMN channel; ALTER TABLE jobs DROP COLUMN channel`,
  )
  database.close()

  const store = await openTestStore({ dataDir })
  const found = async (field: 'id' | 'text' | 'type', value: string) =>
    (await listOf(store, { terms: [{ field, value, not: false }] }, 10)).map(({ seq }) => seq)
  expect(await found('id', '30')).toEqual([1])
  expect(await found('id', '3')).toEqual([])
  expect(await found('type', 'clients')).toEqual([1])
  expect(await found('text', 'another key')).toEqual([1])
  expect(await found('text', 'brave-otter')).toEqual([1])
  expect(await listOf(store, { terms: [{ field: 'is', value: 'problem', not: false }] }, 10)).toHaveLength(1)
})
