/** Carries challenges and notifications to the sinks, attempt by attempt, and draws the consequences of each answer. */

import { randomBytes } from 'node:crypto'
import type { Mapping, VerificationMethod } from '../contract/vocabulary.ts'
import { welcomeType } from '../fic/event-types.ts'
import type { Logger } from '../log.ts'
import { readChallengeAnswer } from './challenge-answer.ts'
import type { Clock } from './clock.ts'
import { createDelivery, type Delivery, type DeliveryOutcome } from './delivery.ts'
import { decideFate } from './fate.ts'
import { takeLost, type FaultSwitch } from './faults.ts'
import { noteEvent } from './resources/ledger.ts'
import type { Schedule } from './schedule.ts'
import { send, type Answer } from './sender.ts'
import type { StateKeeper } from './state.ts'
import type { Subscription } from './subscriptions/subscription.ts'
import type { Write } from './writer.ts'

export interface CourierParts {
  keeper: StateKeeper
  clock: Clock
  schedule: Schedule
  faults: FaultSwitch
  write: Write
  /** Between the attempts; one more attempt than there are delays. */
  retryDelaysMs: readonly number[]
  targetTimeoutMs: number
  log: Logger
}

export interface Verification {
  delivery: Delivery
  /** Resolves when the answer is known. */
  ended: Promise<void>
}

const heldBackMs = 2000

export class Courier {
  readonly #parts: CourierParts
  #abort = new AbortController()
  #events = 0
  /** Due, but their subscription is not verified: they wait for the verification that brings it back. */
  readonly #held = new Set<Delivery>()

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  sendChallenge(
    subscription: Subscription,
    method: VerificationMethod,
    answered: Promise<void>,
  ): Verification {
    const delivery = this.#createDelivery(subscription, 'verification', null)
    delivery.challenge = { value: randomBytes(32).toString('hex'), method, sink: subscription.sink }
    return { delivery, ended: this.#enqueue(delivery, answered) }
  }

  /** Sends one event, or the welcome, to a subscription. Gives the id of the notification. */
  sendNotification(
    subscription: Subscription,
    eventType: string,
    ids: (number | string)[],
    mapping: Mapping | null = null,
  ): string {
    const { twins, wrongOrder, lateWelcomeMs } = this.#parts.faults.get()
    const kind = eventType === welcomeType ? 'welcome' : 'event'
    const delivery = this.#createDelivery(subscription, kind, eventType)
    delivery.ids = ids
    noteEvent(this.#parts.keeper.state.resources, subscription.company, eventType, ids)
    delivery.mapping = mapping
    if (kind === 'welcome') delivery.dueAtMs += lateWelcomeMs
    else if (wrongOrder && this.#events++ % 2 === 0) delivery.dueAtMs += heldBackMs
    void this.#enqueue(delivery)
    if (twins) {
      const twin = { ...delivery, attempts: [] }
      this.#parts.keeper.state.deliveries.push(twin)
      void this.#enqueue(twin)
    }
    return delivery.notificationId
  }

  removeSubscription(subscription: Subscription): void {
    const { state } = this.#parts.keeper
    state.subscriptions = state.subscriptions.filter((other) => other !== subscription)
    for (const delivery of state.deliveries) {
      if (delivery.subscriptionId !== subscription.id || delivery.outcome !== 'pending') continue
      delivery.outcome = 'cancelled'
      this.#held.delete(delivery)
    }
    this.#parts.keeper.changed()
  }

  /** Takes up what was open when the emulator was stopped. */
  resume(): void {
    for (const delivery of this.#parts.keeper.state.deliveries) {
      if (delivery.outcome === 'pending') void this.#enqueue(delivery)
    }
  }

  /** Breaks off what is being sent, and forgets what was held. */
  interrupt(): void {
    this.#abort.abort('the emulator was stopped')
    this.#abort = new AbortController()
    this.#held.clear()
  }

  /** Breaks off what is being sent, which stays pending, and sends nothing more. */
  stop(): void {
    this.#abort.abort('the emulator was stopped')
  }

  #createDelivery(subscription: Subscription, kind: Delivery['kind'], eventType: string | null): Delivery {
    const { keeper, clock, faults } = this.#parts
    const number = ++keeper.state.lastNotification
    const delivery = createDelivery(subscription, kind, eventType, number, clock.nowMs())
    delivery.dueAtMs += faults.get().slowMs
    keeper.state.deliveries.push(delivery)
    return delivery
  }

  #enqueue(delivery: Delivery, answered?: Promise<void>): Promise<void> {
    this.#parts.keeper.changed()
    return this.#parts.schedule.add(delivery.dueAtMs, delivery.subscriptionId, async () => {
      await answered
      await this.#attempt(delivery)
      this.#parts.keeper.changed()
    })
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { signal } = this.#abort
    const subscription = this.#subscriptionOf(delivery)
    if (signal.aborted || subscription === undefined || delivery.outcome !== 'pending') return
    const { challenge } = delivery
    if (challenge !== null && challenge.sink !== subscription.sink) {
      delivery.outcome = 'cancelled'
      return
    }
    if (challenge === null && !subscription.verified) {
      this.#held.add(delivery)
      return
    }
    if (takeLost(this.#parts.faults)) {
      delivery.outcome = 'lost'
      return
    }
    const startedAtMs = this.#parts.clock.nowMs()
    const started = performance.now()
    const message = await this.#parts.write(delivery, subscription)
    const answer = await send(message, this.#parts.targetTimeoutMs, signal)
    if (signal.aborted) return
    const attempt = {
      at: new Date(startedAtMs).toISOString(),
      status: answer.status,
      error: answer.error,
      durationMs: Math.round(performance.now() - started),
    }
    delivery.attempts.push(attempt)
    if (challenge === null) this.#settleNotification(delivery, subscription, answer)
    else {
      attempt.error = answer.error ?? readChallengeAnswer(answer, challenge.value)
      this.#settleChallenge(delivery, subscription, attempt.error)
    }
    const { status, error } = attempt
    this.#parts.log.debug({ id: delivery.notificationId, status, error, outcome: delivery.outcome }, 'sent')
  }

  #settleChallenge(delivery: Delivery, subscription: Subscription, problem: string | null): void {
    // While it was under way the subscription may have been removed, or sent elsewhere.
    if (this.#subscriptionOf(delivery) === undefined || delivery.challenge?.sink !== subscription.sink) {
      delivery.outcome = 'cancelled'
      return
    }
    delivery.outcome = problem === null ? 'verified' : 'failed'
    if (problem !== null) return
    subscription.verified = true
    subscription.attempts = 0
    subscription.lastAttemptAtMs = null
    this.sendNotification(subscription, welcomeType, [])
    for (const held of this.#held) {
      if (held.subscriptionId !== subscription.id) continue
      this.#held.delete(held)
      void this.#enqueue(held)
    }
  }

  #settleNotification(delivery: Delivery, subscription: Subscription, answer: Answer): void {
    const { clock, retryDelaysMs } = this.#parts
    const fate = decideFate({
      status: answer.status,
      attemptsMade: delivery.attempts.length,
      attemptsAllowed: retryDelaysMs.length + 1,
      expiresAtMs: subscription.expiresAtMs,
      nowMs: clock.nowMs(),
    })
    subscription.expiresAtMs = fate.expiresAtMs
    if (fate.verdict === 'retried') {
      if (delivery.outcome !== 'pending') return
      delivery.dueAtMs = clock.nowMs() + (retryDelaysMs[delivery.attempts.length - 1] ?? 0)
      void this.#enqueue(delivery)
      return
    }
    delivery.outcome = fate.verdict satisfies DeliveryOutcome
    if (fate.verdict === 'subscription-deleted') this.removeSubscription(subscription)
  }

  #subscriptionOf(delivery: Delivery): Subscription | undefined {
    return this.#parts.keeper.state.subscriptions.find(({ id }) => id === delivery.subscriptionId)
  }
}
