/** What a person does with the subscriptions of a company by hand, one call at a time. */

import type {
  RestoredSubscription,
  SubscriptionAnswer,
  SubscriptionCreation,
  SubscriptionEntry,
  SubscriptionUpdate,
  SubscriptionVerification,
} from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import { FicApiError } from '../fic/api-error.ts'
import type { FicApi, Registered, Subscription, SubscriptionRequest } from '../fic/api.ts'
import type { VerificationMethod } from '../contract/vocabulary.ts'
import type { Logger } from '../log.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'
import { inWords, isExhausted, verificationBudget } from './budget.ts'
import { demandConsent, type Doing } from './consent.ts'
import { giveBackAll } from './give-back.ts'
import { settleOldAttempts } from './look.ts'
import { demandPublicSink, demandRoundTrip, type ProbeAnswer } from './reach.ts'
import { explainScopes } from './refusal.ts'
import { isSameSink, leadsToOurPath } from './sink-url.ts'
import { timingAt } from './timing.ts'
import { toUnverified } from './unverified.ts'
import { AnsweredChallenges, awaitVerified, spendAttempt } from './verification.ts'
import { readWantedTypes } from './wanted.ts'
import { explainWarnings } from './warnings.ts'

/** Every call throws a FicDevError with what is in the way. */
export interface SubscriptionsByHand {
  list(): Promise<SubscriptionEntry[]>
  show(id: string): Promise<SubscriptionEntry>
  create(asked: SubscriptionCreation): Promise<SubscriptionAnswer>
  update(id: string, asked: SubscriptionUpdate): Promise<SubscriptionAnswer>
  /** Within the budget, and after a probe where the sink is ours. Resolves when it is verified. */
  verify(id: string, asked: SubscriptionVerification): Promise<SubscriptionEntry>
  remove(id: string, asked: { anothers?: boolean }): Promise<void>
  /** Gives back everything that was taken over. */
  restore(): Promise<RestoredSubscription[]>
}

export interface ByHandOptions {
  api: FicApi
  records: SubscriptionRecords
  apiBase: string
  company: number
  /** For who does not name one. */
  verificationMethod: VerificationMethod
  /** A URL that ends in the secret path of our sink: one with the same path is ours, whatever its host. */
  ourSink: string
  /** Whether a request to this sink of ours comes back to us. */
  probe: (sink: string) => Promise<ProbeAnswer>
  log: Logger
  now?: () => Date
  /** As in `Verifications`. */
  pollsMs?: readonly number[]
}

export function createSubscriptionsByHand(options: ByHandOptions): SubscriptionsByHand {
  const { api, records, company, log, now = () => new Date() } = options
  const apiBase = options.apiBase.replace(/\/+$/, '')
  const { pollsMs = timingAt(apiBase).pollsMs } = options
  const challenges = new AnsweredChallenges()
  const isOurs = (sink: string) => leadsToOurPath(sink, options.ourSink)

  function toEntry({ id, sink, verified, types, mapping }: Subscription): SubscriptionEntry {
    const own = records.all(apiBase, company).find((record) => record.id === id)
    const attempts = records.attempts(apiBase, id)
    return {
      id,
      sink,
      verified,
      types,
      mapping,
      origin: own?.origin ?? (isOurs(sink) || records.isMadeByHand(apiBase, id) ? 'made' : null),
      takenOverFrom: own?.takenOverFrom ?? null,
      kept: false,
      budget: verificationBudget(attempts, now()),
      attempts,
    }
  }

  async function list(): Promise<SubscriptionEntry[]> {
    const observed = await api.list()
    settleOldAttempts(observed, { records, apiBase, now })
    return observed.map(toEntry)
  }

  async function find(id: string): Promise<SubscriptionEntry> {
    const entries = await list()
    const found = entries.find((entry) => entry.id === id)
    if (found !== undefined) return found
    const there = entries.map((entry) => entry.id).join(', ')
    throw new FicDevError('NOT_FOUND', `There is no subscription ${id} of company ${company}.`, {
      hint:
        there === ''
          ? 'This company has no subscriptions. Create one: fic-dev subscriptions create'
          : `There are: ${there}.`,
    })
  }

  async function findFor(doing: Doing, id: string, anothers = false): Promise<SubscriptionEntry> {
    const entry = await find(id)
    demandConsent(doing, entry, anothers)
    return entry
  }

  /** Before anything that makes Fatture in Cloud send a challenge to a sink. */
  async function demandChance(sink: string, entry: SubscriptionEntry | null): Promise<void> {
    demandPublicSink(sink, apiBase)
    if (entry !== null) demandBudget(entry)
    if (isOurs(sink))
      await demandRoundTrip(
        () => options.probe(sink),
        () => true,
      )
  }

  /** Spends an attempt and waits for its outcome. */
  async function challenge<T>(
    id: string,
    cause: 'sink-changed' | 'verify',
    ask: () => Promise<T>,
  ): Promise<T> {
    const { answer, attempt } = await spendAttempt({ records, apiBase, now }, id, cause, ask)
    await settle(id, attempt)
    return answer
  }

  async function settle(id: string, attempt: number): Promise<void> {
    const { signal } = new AbortController()
    await awaitVerified(
      { api, records, apiBase, now, pollsMs, challenges, signal, isInterrupted: () => false },
      id,
      attempt,
    )
  }

  async function toAnswer(
    id: string,
    oddNames: string[],
    { warnings }: Pick<Registered, 'warnings'>,
  ): Promise<SubscriptionAnswer> {
    const observed = await api.list()
    const subscription = observed.find((one) => one.id === id)
    if (subscription === undefined) throw new Error(`${id} has gone meanwhile`)
    return {
      subscription: toEntry(subscription),
      warnings: [...oddNames, ...explainWarnings(warnings, observed, id)],
    }
  }

  return {
    list,
    show: find,
    async create({ sink, types = [], mapping = 'binary', verificationMethod = options.verificationMethod }) {
      if (sink === undefined) throw noSink()
      const wanted = readWantedTypes(types)
      await demandChance(sink, null)
      const request: SubscriptionRequest = { sink, types: wanted.types, mapping, verificationMethod }
      const at = now()
      const made = await api.create(request).catch(explain(request.types))
      const { id } = made.subscription
      records.forgetAttempts(apiBase, id)
      const askedTypes = request.types
      const grantedTypes = made.subscription.types
      const own = { apiBase, company, id, sink, createdAt: at, askedTypes, grantedTypes }
      if (isOurs(sink)) records.remember({ ...own, origin: 'made', takenOverFrom: null })
      else records.rememberByHand(own)
      const attempt = {
        at: at.toISOString(),
        subscriptionId: id,
        cause: 'create',
        outcome: 'unknown',
      } as const
      await settle(id, records.recordAttempt(apiBase, { ...attempt, detail: null }))
      log.info({ id, sink: new URL(sink).origin }, 'subscription created by hand')
      return toAnswer(id, wanted.warnings, made)
    },
    async update(id, { anothers, types, ...rest }) {
      const entry = await findFor('update', id, anothers)
      const wanted = types === undefined ? null : readWantedTypes(types)
      const sink = rest.sink ?? entry.sink
      const moves = !isSameSink(sink, entry.sink)
      if (moves) await demandChance(sink, entry)
      const changes: Partial<SubscriptionRequest> = {
        ...(wanted !== null && { types: wanted.types }),
        ...(rest.mapping !== undefined && { mapping: rest.mapping }),
        ...(moves && { sink, verificationMethod: rest.verificationMethod ?? options.verificationMethod }),
      }
      if (Object.keys(changes).length === 0) return { subscription: entry, warnings: [] }
      const ask = () => api.modify(id, changes).catch(explain(wanted?.types ?? []))
      const answer = moves ? await challenge(id, 'sink-changed', ask) : await ask()
      const own = records.all(apiBase, company).find((record) => record.id === id)
      if (own !== undefined) {
        const grantedTypes = answer.subscription.types
        const asked = wanted === null ? {} : { askedTypes: wanted.types, grantedTypes }
        records.remember({ ...own, sink, ...asked })
      }
      log.info({ id, changed: Object.keys(changes) }, 'subscription updated by hand')
      return toAnswer(id, wanted?.warnings ?? [], answer)
    },
    async verify(id, { anothers, verificationMethod = options.verificationMethod }) {
      const entry = await findFor('verify', id, anothers)
      if (entry.verified) return entry
      await demandChance(entry.sink, entry)
      await challenge(id, 'verify', () => api.verify(id, verificationMethod))
      const after = await find(id)
      if (after.verified) return after
      throw toUnverified(after, isOurs(after.sink))
    },
    async remove(id, { anothers }) {
      await findFor('delete', id, anothers)
      await api.remove(id)
      records.forget(apiBase, id)
      log.info({ id }, 'subscription deleted by hand')
    },
    restore: () =>
      giveBackAll({
        api,
        records,
        apiBase,
        company,
        log,
        now,
        verificationMethod: options.verificationMethod,
      }),
  }
}

/** A refusal for scopes names the types to leave out. */
function explain(types: readonly string[]) {
  return (thrown: unknown): never => {
    throw thrown instanceof FicApiError ? explainScopes(thrown, types) : thrown
  }
}

/** The five attempts are never spent in haste, by hand neither (docs/protocol.md#2-verification). */
function demandBudget({ id, budget }: SubscriptionEntry): void {
  const spent = `Verifications of ${id}: ${inWords(budget)}.`
  if (isExhausted(budget)) {
    throw new FicDevError('SUBSCRIPTION_BUDGET', `${spent} None is left.`, {
      hint: `Delete ${id} and make a new one: fic-dev subscriptions delete ${id}, then fic-dev subscriptions create.`,
    })
  }
  if (budget.nextPossibleAt === null) return
  throw new FicDevError('SUBSCRIPTION_BUDGET', spent, {
    hint: 'Fatture in Cloud allows one retry in 10 minutes; an earlier one would be wasted.',
  })
}

function noSink(): FicDevError {
  return new FicDevError('NO_DAEMON', 'Missing sink: --sink is not set, and no fic-dev runs here.', {
    hint: 'Start fic-dev, which creates the subscription, or name the receiver: --sink https://…',
  })
}
