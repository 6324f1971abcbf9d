import Libsql from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import type { VerificationAttempt } from '../../src/contract/status.ts'
import { migrations } from '../../src/store/schema.ts'
import { createSubscriptionRecords, type OwnSubscription } from '../../src/store/subscriptions.ts'

const apiBase = 'https://api.example'
const at = new Date('2026-11-23T10:00:00.123Z')

function openRecords() {
  const database = new Libsql(':memory:')
  onTestFinished(() => void database.close())
  database.exec(migrations.join(''))
  return createSubscriptionRecords(database, () => {})
}

function own(id: string, changes: Partial<OwnSubscription> = {}): OwnSubscription {
  return {
    apiBase,
    company: 1,
    id,
    sink: 'https://tunnel.example/secret',
    createdAt: at,
    origin: 'made',
    takenOverFrom: null,
    askedTypes: ['a', 'b'],
    grantedTypes: ['a'],
    ...changes,
  }
}

function attempt(minute: number, changes: Partial<VerificationAttempt> = {}): VerificationAttempt {
  return {
    at: new Date(at.getTime() + minute * 60_000).toISOString(),
    subscriptionId: 'SUB1',
    cause: 'verify',
    outcome: 'unknown',
    detail: null,
    ...changes,
  }
}

test('what is remembered comes back whole', () => {
  const records = openRecords()
  const taken = own('SUB1', { origin: 'taken-over', takenOverFrom: 'https://shop.example/webhooks' })
  records.remember(taken)
  expect(records.own(apiBase, 1)).toStrictEqual(taken)
})

test('the one remembered last is the one that is kept; writing about an earlier one does not change that', () => {
  const records = openRecords()
  records.remember(own('SUB1'))
  records.remember(own('SUB2'))
  records.remember(own('SUB1', { sink: 'https://moved.example/secret' }))

  expect(records.all(apiBase, 1).map(({ id }) => id)).toStrictEqual(['SUB2', 'SUB1'])
  expect(records.own(apiBase, 1)?.id).toBe('SUB2')
  records.forget(apiBase, 'SUB2')
  expect(records.own(apiBase, 1)).toMatchObject({ id: 'SUB1', sink: 'https://moved.example/secret' })
})

test('the same id at another API, or of another company, is another subscription', () => {
  const records = openRecords()
  records.remember(own('SUB1'))
  records.recordAttempt(apiBase, attempt(0))

  expect(records.own('http://127.0.0.1:4622', 1)).toBeNull()
  expect(records.own(apiBase, 2)).toBeNull()
  expect(records.attempts('http://127.0.0.1:4622', 'SUB1')).toStrictEqual([])
})

test('attempts come back in order and outlive the subscription', () => {
  const records = openRecords()
  records.remember(own('SUB1'))
  const first = records.recordAttempt(apiBase, attempt(0, { cause: 'create' }))
  records.recordAttempt(apiBase, attempt(10))
  records.settleAttempt(first, 'failed', 'no answer')
  records.forget(apiBase, 'SUB1')

  expect(records.attempts(apiBase, 'SUB1')).toStrictEqual([
    attempt(0, { cause: 'create', outcome: 'failed', detail: 'no answer' }),
    attempt(10),
  ])
  records.forgetAttempts(apiBase, 'SUB1')
  expect(records.attempts(apiBase, 'SUB1')).toStrictEqual([])
})

test('only what is unknown and old enough has failed', () => {
  const records = openRecords()
  records.recordAttempt(apiBase, attempt(0, { outcome: 'refused' }))
  records.recordAttempt(apiBase, attempt(10))
  records.recordAttempt(apiBase, attempt(20))
  records.settleFailed(apiBase, 'SUB1', new Date(Date.parse(attempt(19).at)))

  expect(records.attempts(apiBase, 'SUB1').map(({ outcome }) => outcome)).toStrictEqual([
    'refused',
    'failed',
    'unknown',
  ])
})

test('verified after all: the latest attempt that was not refused came through', () => {
  const records = openRecords()
  for (const outcome of ['failed', 'failed', 'refused'] as const)
    records.recordAttempt(apiBase, attempt(0, { outcome }))
  records.settleVerified(apiBase, 'SUB1')

  expect(records.attempts(apiBase, 'SUB1').map(({ outcome }) => outcome)).toStrictEqual([
    'failed',
    'verified',
    'refused',
  ])
})
