/** The commands for the subscriptions of a company: in turn with the keeper of a running daemon, and never against it. */

import type {
  RestoredSubscription,
  SubscriptionAnswer,
  SubscriptionCreation,
  SubscriptionEntry,
  SubscriptionUpdate,
  SubscriptionVerification,
} from '../contract/api.ts'
import type { VerificationMethod } from '../contract/vocabulary.ts'
import { FicDevError } from '../errors.ts'
import type { FicApi, Subscription, SubscriptionRequest } from '../fic-api/client.ts'
import type { Logger } from '../log.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'
import { doStep, type DoableStep, type Effect } from './act.ts'
import { inWords, isExhausted, verificationBudget } from './budget.ts'
import { demandConsent } from './consent.ts'
import type { SubscriptionKeeper } from './keeper.ts'
import { settleOldAttempts } from './look.ts'
import { demandPublicSink, demandRoundTrip, type ProbeAnswer } from './reach.ts'
import { restoreAll } from './restore.ts'
import { isSameSink, leadsToOurPath } from './sink-url.ts'
import { timingAt } from './timing.ts'
import { toUnverified } from './unverified.ts'
import { AnsweredChallenges, type Waiting } from './verification.ts'
import { readWantedTypes } from './wanted.ts'

/** Every call throws a FicDevError with what is in the way. */
export interface SubscriptionService {
  list(): Promise<SubscriptionEntry[]>
  show(id: string): Promise<SubscriptionEntry>
  create(asked: SubscriptionCreation): Promise<SubscriptionAnswer>
  update(id: string, asked: SubscriptionUpdate): Promise<SubscriptionAnswer>
  /** Within the budget, and after a probe if the sink is ours. Resolves when it is verified. */
  verify(id: string, asked: SubscriptionVerification): Promise<SubscriptionEntry>
  remove(id: string, asked: { anothers?: boolean }): Promise<void>
  /** Restores everything that was taken over. */
  restore(): Promise<RestoredSubscription[]>
}

export interface SubscriptionServiceOptions {
  api: FicApi
  records: SubscriptionRecords
  apiBase: string
  company: number
  /** Used if a command names none. */
  verificationMethod: VerificationMethod
  /** A URL that ends in the secret path of our sink: one with the same path is ours, whatever its host. */
  ourSink: string
  /** Whether a request to this sink of ours comes back to us. */
  probe: (sink: string) => Promise<ProbeAnswer>
  log: Logger
  now?: () => Date
  /** Without a keeper: as in `Waiting`. */
  pollsMs?: readonly number[]
  /** The keeper of the daemon; none if no daemon runs. What it keeps is changed through it alone. */
  keeper?: Pick<SubscriptionKeeper, 'status' | 'between' | 'want' | 'verify' | 'rest'>
  /** The subscription that the keeper has taken over, or is to take over. */
  takeOver?: string | null
}

/** Builds the service; nothing is asked before the first call. */
export function createSubscriptionService(options: SubscriptionServiceOptions): SubscriptionService {
  const { api, records, company, log, keeper, now = () => new Date() } = options
  const apiBase = options.apiBase.replace(/\/+$/, '')
  const access = { api, records, apiBase, company, log, now, mayLeaveOut: false }
  const alone: Waiting = {
    pollsMs: options.pollsMs ?? timingAt(apiBase).pollsMs,
    challenges: new AnsweredChallenges(),
    isInterrupted: () => false,
    signal: new AbortController().signal,
  }
  const isOurs = (sink: string) => leadsToOurPath(sink, options.ourSink)
  const isKept = (id: string) => keeper?.status().id === id

  /** Never at the same time as a change of the keeper. */
  function inTurn<T>(work: (waiting: Waiting) => Promise<T>): Promise<T> {
    return keeper ? keeper.between(work) : work(alone)
  }

  function act(step: DoableStep, waiting: Waiting, observed: readonly Subscription[] = []): Promise<Effect> {
    return doStep(step, { ...access, ...waiting, observed })
  }

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
      kept: isKept(id),
      budget: verificationBudget(attempts, now()),
      attempts,
    }
  }

  async function list(): Promise<SubscriptionEntry[]> {
    const observed = await api.list()
    settleOldAttempts(observed, { records, apiBase, now })
    return observed.map(toEntry)
  }

  async function show(id: string): Promise<SubscriptionEntry> {
    return findIn(await list(), id, company)
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

  function toAnswer({ kept, warnings = [] }: Effect, oddNames: readonly string[]): SubscriptionAnswer {
    if (!kept) throw new Error('the subscription has gone meanwhile')
    return { subscription: toEntry(kept), warnings: [...oddNames, ...warnings] }
  }

  /** What the keeper has after it did what was wanted. */
  async function wantOf(
    { want, status }: Pick<SubscriptionKeeper, 'want' | 'status'>,
    wanted: Parameters<SubscriptionKeeper['want']>[0],
  ): Promise<SubscriptionAnswer> {
    await want(wanted)
    const { id, warnings } = status()
    if (id === null) throw keepsNone()
    return { subscription: await show(id), warnings }
  }

  return {
    list,
    show,
    async create({ sink, ...wanted }) {
      if (sink !== undefined) return inTurn((waiting) => create({ ...wanted, sink }, waiting))
      if (!keeper) throw noSink()
      return wantOf(keeper, wanted)
    },
    async update(id, asked) {
      if (!keeper || !isKept(id)) return inTurn((waiting) => update(id, asked, waiting))
      const { sink, anothers, ...wanted } = asked
      if (sink !== undefined) throw sinkIsOurs(id)
      const entry = await show(id)
      if (entry.origin === 'taken-over') throw staysAsItIs(id)
      demandConsent('update', entry, anothers ?? false)
      return wantOf(keeper, wanted)
    },
    async verify(id, asked) {
      if (!keeper || !isKept(id)) return inTurn((waiting) => verify(id, asked, waiting))
      await keeper.verify()
      return show(id)
    },
    // The keeper rests before its next round can begin, or that would make again what was just deleted.
    remove: (id, { anothers = false }) =>
      inTurn(async (waiting) => {
        const wasKept = isKept(id)
        demandConsent('delete', await show(id), anothers)
        await act({ do: 'remove', id, why: byCommand }, waiting)
        if (wasKept) keeper?.rest(`${id} was deleted by hand.`)
      }),
    restore: () =>
      inTurn(async (waiting) => {
        const acting = { ...access, ...waiting, observed: [] }
        const restored = await restoreAll(acting, options.verificationMethod)
        const wasKept = restored.find(({ id }) => isKept(id) || id === options.takeOver)
        if (wasKept) keeper?.rest(`${wasKept.id} was given back by hand.`)
        return restored
      }),
  }

  async function create(
    asked: SubscriptionCreation & { sink: string },
    waiting: Waiting,
  ): Promise<SubscriptionAnswer> {
    const { sink, types = [], mapping = 'binary', verificationMethod = options.verificationMethod } = asked
    const wanted = readWantedTypes(types)
    await demandChance(sink, null)
    const request = { sink, types: wanted.types, mapping, verificationMethod }
    const step = { do: 'create', request, elsewhere: !isOurs(sink), why: byCommand } as const
    return toAnswer(await act(step, waiting, await list()), wanted.warnings)
  }

  async function update(
    id: string,
    { anothers = false, types, ...asked }: SubscriptionUpdate,
    waiting: Waiting,
  ): Promise<SubscriptionAnswer> {
    const observed = await list()
    const entry = findIn(observed, id, company)
    demandConsent('update', entry, anothers)
    const wanted = types === undefined ? null : readWantedTypes(types)
    const { sink = entry.sink, mapping, verificationMethod = options.verificationMethod } = asked
    const spends = !isSameSink(sink, entry.sink)
    if (spends) await demandChance(sink, entry)
    const changes: Partial<SubscriptionRequest> = {
      ...(wanted !== null && { types: wanted.types }),
      ...(mapping !== undefined && { mapping }),
      ...(spends && { sink, verificationMethod }),
    }
    if (Object.keys(changes).length === 0) return { subscription: entry, warnings: [] }
    const step = { do: 'modify', id, changes, spends, manual: true, why: byCommand } as const
    return toAnswer(await act(step, waiting, observed), wanted?.warnings ?? [])
  }

  async function verify(
    id: string,
    { anothers = false, verificationMethod: method = options.verificationMethod }: SubscriptionVerification,
    waiting: Waiting,
  ): Promise<SubscriptionEntry> {
    const entry = await show(id)
    demandConsent('verify', entry, anothers)
    if (entry.verified) return entry
    await demandChance(entry.sink, entry)
    const { kept, throttled } = await act({ do: 'verify', id, method, why: byCommand }, waiting)
    if (throttled) throw throttled
    const after = toEntry(kept ?? entry)
    if (after.verified) return after
    throw toUnverified(after, isOurs(after.sink))
  }
}

const byCommand = 'a command asked for it'

function findIn(entries: readonly SubscriptionEntry[], id: string, company: number): SubscriptionEntry {
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

/** The five attempts are never spent in haste, also not manually (docs/protocol.md#2-verification). */
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

function keepsNone(): FicDevError {
  return new FicDevError(
    'SUBSCRIPTION_FAILED',
    'The running fic-dev manages no subscription. Create one: fic-dev subscriptions create',
  )
}

function sinkIsOurs(id: string): FicDevError {
  return new FicDevError(
    'BAD_REQUEST',
    `The sink of ${id} cannot be changed: the running fic-dev manages ${id} and sets its sink to the tunnel URL.`,
    {
      hint: 'Stop fic-dev with fic-dev stop, then run fic-dev subscriptions update again.',
    },
  )
}

function staysAsItIs(id: string): FicDevError {
  return new FicDevError(
    'BAD_REQUEST',
    `${id} is taken over and has to be restored unchanged, so it cannot be updated.`,
    {
      hint: 'Restore it first: fic-dev subscriptions restore',
    },
  )
}
