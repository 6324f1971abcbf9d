/**
 * The same answer of a target, given to both sides: the emulator does with it what Fatture in Cloud does, and what
 * fic-dev says of it, as a verdict and in words, is what the emulator then did.
 */

import { describe, expect, onTestFinished, test } from 'vitest'
import { beginAttempt, endAttempt } from '../../src/delivery/attempt.ts'
import { createSender } from '../../src/delivery/send.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { explainVerdict } from '../../src/fic/answers.ts'
import { answerWith, startSubscriber, type Respond, type Subscriber } from '../support/subscriber.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const timeoutMs = 1_000

const processing: Respond = (_request, response) => {
  response.writeProcessing()
  response.socket?.end()
}
const silent: Respond = () => {}
const reset: Respond = (_request, response) => void response.socket?.resetAndDestroy()

/** The meaning of an answer (docs/protocol.md#how-fic-interprets-a-response). */
type Meaning = 'delivered' | 'unretryable' | 'gone' | 'retryable'

const answers: [name: string, meaning: Meaning, respond: Respond][] = [
  ...[200, 201, 202, 204].map((status) => row(status, 'delivered')),
  ['102', 'delivered', processing],
  ...[301, 302, 307, 400, 404].map((status) => row(status, 'unretryable')),
  row(410, 'gone'),
  ...[500, 503].map((status) => row(status, 'retryable')),
  ['time-out', 'retryable', silent],
  ['reset', 'retryable', reset],
]

function row(status: number, meaning: Meaning): [string, Meaning, Respond] {
  return [String(status), meaning, answerWith(status, status < 400 ? { location: '/elsewhere' } : {})]
}

type Stage = 'on the first attempt' | 'on the last of four attempts' | 'after the expiration date'

/** What becomes of the notification and of the subscription. */
interface Fate {
  outcome: string
  subscriptions: number
}

const dropped: Fate = { outcome: 'dropped', subscriptions: 1 }
const delivered: Fate = { outcome: 'delivered', subscriptions: 1 }
const deleted: Fate = { outcome: 'subscription-deleted', subscriptions: 0 }

const fates: Record<Stage, Record<Meaning, Fate>> = {
  'on the first attempt': {
    delivered,
    unretryable: dropped,
    gone: deleted,
    retryable: { outcome: 'pending', subscriptions: 1 },
  },
  'on the last of four attempts': { delivered, unretryable: dropped, gone: deleted, retryable: dropped },
  'after the expiration date': { delivered, unretryable: deleted, gone: deleted, retryable: deleted },
}

/** Which fates fic-dev's verdict announces, and the words in which it does. */
const announced: Record<string, { words: RegExp; fates: Record<Stage, Fate> }> = {
  delivered: { words: /counts as delivered, and clears the expiration date/, fates: fatesOf('delivered') },
  retried: {
    words: /try again, up to four attempts in all; if every one fails, it drops .* expires 10 days after/,
    fates: fatesOf('retryable'),
  },
  dropped: {
    words: /drop the notification at once, .* expires 10 days after/,
    fates: fatesOf('unretryable'),
  },
  'subscription-deleted': { words: /delete the subscription at once/, fates: fatesOf('gone') },
}

function fatesOf(meaning: Meaning): Record<Stage, Fate> {
  const stages = Object.entries(fates).map(([stage, of]) => [stage, of[meaning]])
  return Object.fromEntries(stages) as Record<Stage, Fate>
}

const bring: Record<Stage, (emulator: Emulator, target: Subscriber, respond: Respond) => Promise<void>> = {
  async 'on the first attempt'(emulator, target, respond) {
    target.respond = respond
    await emulator.trigger({ type: 'products.create' })
    await emulator.clock.advance(0)
  },
  async 'on the last of four attempts'(emulator, target, respond) {
    let attempts = 0
    target.respond = (request, response) =>
      ++attempts < 4 ? answerWith(503)(request, response) : respond(request, response)
    await emulator.trigger({ type: 'products.create' })
    await emulator.clock.advance(hourMs)
    expect(emulator.deliveries().at(-1)?.attempts).toHaveLength(4)
  },
  async 'after the expiration date'(emulator, target, respond) {
    target.respond = answerWith(400)
    await emulator.trigger({ type: 'products.create' })
    await emulator.clock.advance(10 * dayMs + 1)
    target.respond = respond
    await emulator.trigger({ type: 'products.create' })
    await emulator.clock.advance(hourMs)
  },
}

async function fateOf(emulator: Emulator): Promise<Fate> {
  const response = await fetch(`${emulator.url}/c/108061/subscriptions`, {
    headers: { authorization: 'Bearer any' },
  })
  const { data } = (await response.json()) as { data: unknown[] }
  return { outcome: emulator.deliveries().at(-1)?.outcome ?? 'none', subscriptions: data.length }
}

/** The target's answer as fic-dev takes it when it hands over a notification. */
async function judgedByFicDev(target: Subscriber, respond: Respond) {
  target.respond = respond
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const body = Buffer.from('{"data":{"ids":[1]}}')
  const result = await sender.send(
    { method: 'POST', url: new URL(target.url), headers: [], body },
    { timeoutMs },
  )
  const about = { id: 1, seq: 1, channel: 'app', target: target.url } as const
  const attempt = { attempt: 1, replay: false, sign: 'original' } as const
  const begun = beginAttempt({ ...about, ...attempt, startedAt: '2026-11-23T10:00:00.000Z', sent: null })
  return endAttempt(begun, result, { nextAttemptAt: null, hasOwnAuthorization: false })
}

describe.each(answers)('%s', (_name, meaning, respond) => {
  test.each(Object.keys(fates) as Stage[])('%s', async (stage) => {
    await using target = await startSubscriber()
    await using emulator = await createEmulator({ targetTimeoutMs: timeoutMs })
    await emulator.subscribe({ sink: target.url, types: ['products.create'] })
    await emulator.clock.advance(0)

    await bring[stage](emulator, target, respond)
    const fate = await fateOf(emulator)
    expect(fate).toEqual(fates[stage][meaning])

    const { verdict, status } = await judgedByFicDev(target, respond)
    expect(announced[verdict]?.fates[stage]).toEqual(fate)
    expect(explainVerdict(verdict, status)).toMatch(announced[verdict]?.words ?? /no such verdict/)
  })
})
