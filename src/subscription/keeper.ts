/** Keeps one subscription as it is wanted, for as long as the daemon runs. */

import type { LeftSubscription } from '../contract/api.ts'
import type { Mapping, OnExit, VerificationMethod } from '../contract/vocabulary.ts'
import type { SubscriptionStatus, VerificationBudget } from '../contract/status.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { FicApiError } from '../fic-api/error.ts'
import type { FicApi } from '../fic-api/client.ts'
import type { Logger } from '../log.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'
import { createStatusBoard, type StatusListener } from './board.ts'
import { verificationBudget } from './budget.ts'
import { leave } from './leave.ts'
import { look, type Finding } from './look.ts'
import { owedOnExit, type Owed } from './owed.ts'
import { demandPublicSink, demandRoundTrip, type ProbeAnswer } from './reach.ts'
import { toFacts, toOutcome } from './report.ts'
import { createRounds } from './rounds.ts'
import { timingAt, type KeeperTiming } from './timing.ts'
import { AnsweredChallenges, type Waiting } from './verification.ts'
import { readWantedTypes } from './wanted.ts'

export interface SubscriptionKeeperOptions {
  api: FicApi
  records: SubscriptionRecords
  apiBase: string
  company: number
  wanted: { types: string[]; mapping: Mapping; verificationMethod: VerificationMethod }
  /** The public URL of our sink with its secret path; `null` while there is none. */
  sinkUrl: () => string | null
  /** Whether a request to that URL comes back to us. `unknown`: the way out is broken on our own side. */
  probe: () => Promise<ProbeAnswer>
  /** Called once for a sink if the probe could not tell: whether an attempt is spent all the same. No, by default. */
  mayRisk?: (reason: string) => Promise<boolean>
  log: Logger
  now?: () => Date
  /** Named by the user: kept like one of our own. */
  subscriptionId?: string | null
  /** Named by the user: moved to our sink, and restored later. */
  takeOver?: string | null
  /** Make a new one when the verification budget is gone. */
  recreate?: boolean
  /** `delete` spares what was not made here; what was taken over is restored unless it says `keep`. */
  onExit: OnExit
  timing?: Partial<KeeperTiming>
}

export interface SubscriptionKeeper {
  /** Resolves when it is verified or when nothing more can be done now; failures become status. */
  start(): Promise<void>
  /** Looks again: the sink's URL has changed, or a person asked. Never two at once. */
  check(): Promise<void>
  /** Our own sink has answered a challenge: looks for its result, also if the challenge was not awaited. */
  challengeAnswered(): void
  /** Manually, within the budget; goes on where the probe could not tell. Throws when it is not verified after all. */
  verify(): Promise<void>
  /** Something else with the subscriptions, while nothing is changed here; a challenge of it is awaited as its own. */
  between<T>(work: (waiting: Waiting) => Promise<T>): Promise<T>
  /** Wants something else from now on, until the daemon ends, and goes on if it was resting. Throws as `verify`. */
  want(changes: Partial<SubscriptionKeeperOptions['wanted']>): Promise<void>
  /** Keeps nothing any more until something is wanted again: a person did away with what was kept. `why` is told. */
  rest(why: string): void
  status(): SubscriptionStatus
  /** The reason, when the state is `failed`. */
  failure(): FicDevError | null
  onChange(listener: StatusListener): () => void
  /** Does what `onExit` says, within 3 s; nothing if it was never started. */
  close(): Promise<void>
  /** What `close` has done. */
  left(): LeftSubscription[]
  /** What `close` has not done, or not yet. */
  owed(): Owed[]
}

/** Builds the keeper; nothing is asked before `start`. */
export function createSubscriptionKeeper(options: SubscriptionKeeperOptions): SubscriptionKeeper {
  const { api, records, company, log, now = () => new Date() } = options
  const apiBase = options.apiBase.replace(/\/+$/, '')
  const timing = timingAt(apiBase, options.timing)
  let { wanted } = options
  let types = readWantedTypes(wanted.types)
  const board = createStatusBoard(log)
  const closing = new AbortController()
  const challenges = new AnsweredChallenges()
  const access = { api, records, apiBase, company, log, now }
  const waiting = { pollsMs: timing.pollsMs, challenges, signal: closing.signal, isInterrupted: () => false }
  const rounds = createRounds(round, log)
  let failure: FicDevError | null = null
  let failuresInARow = 0
  /** Fatture in Cloud asked us not to come before then. */
  let holdUntil: Date | null = null
  /** The last round asked for a challenge. */
  let attempted = false
  let mayRecreate = options.recreate ?? false
  /** Of the look that an answered challenge leads to. */
  let challengeTimer: NodeJS.Timeout | undefined
  let lookedAtMs = -Infinity
  let isStarted = false
  let isResting = false
  let wasOurs = false
  let risk: { sink: string; isTaken: Promise<boolean> } | null = null
  /** The store is closed after that. */
  let owedAtEnd: Owed[] | null = null
  const left: LeftSubscription[] = []

  /** One look, and when to look again. Never throws. */
  async function round(isManual: boolean): Promise<void> {
    attempted = false
    if (isResting) return
    const sink = options.sinkUrl()
    if (sink === null) {
      failure = null
      board.set({ state: 'working', detail: 'Waits for the public URL of the tunnel.', hint: null })
      return
    }
    if (heldMs() > 0) {
      lookAgainIn(heldMs())
      return
    }
    try {
      const finding = await lookOnce(sink, isManual)
      failure = null
      failuresInARow = 0
      attempted = finding.attempted
      mayRecreate &&= !finding.recreated
      tell(finding, sink)
    } catch (thrown) {
      fail(thrown, sink)
    }
  }

  async function lookOnce(sink: string, isManual: boolean): Promise<Finding> {
    demandPublicSink(sink, apiBase)
    return look({
      ...access,
      ...waiting,
      isInterrupted: () => rounds.isAsked() && options.sinkUrl() !== sink,
      wanted: {
        ...wanted,
        types,
        sink,
        subscriptionId: options.subscriptionId ?? null,
        takeOver: options.takeOver ?? null,
        recreate: mayRecreate,
        wasOurs: wasOurs && !isManual,
      },
      demandRoundTrip: () =>
        demandRoundTrip(options.probe, (reason) => isManual || isRiskTaken(sink, reason)),
      onObserved: (finding) => board.set(toFacts(finding, budgetOf(finding), types.warnings)),
      onStep: (step) => {
        if (step.do !== 'adopt' && step.do !== 'forget') {
          board.set({ state: 'working', detail: `${step.do}: ${step.why}`, hint: null })
        }
      },
    })
  }

  function isRiskTaken(sink: string, reason: string): Promise<boolean> {
    if (risk?.sink !== sink) risk = { sink, isTaken: options.mayRisk?.(reason) ?? Promise.resolve(false) }
    return risk.isTaken
  }

  function tell(finding: Finding, sink: string): void {
    const budget = budgetOf(finding)
    const outcome = toOutcome(finding, sink, budget)
    board.set({ ...toFacts(finding, budget, types.warnings), ...outcome })
    log.debug({ id: finding.kept?.id, state: outcome.state }, 'subscription looked at')
    wasOurs ||= outcome.state === 'verified'
    if (outcome.state === 'verified') lookAgainIn(timing.watchMs)
    else lookAgainIn(Math.max(untilNextPossible(budget), finding.throttled?.retryAfterMs ?? 0))
  }

  function budgetOf({ kept }: Finding): VerificationBudget | null {
    return kept === null ? null : verificationBudget(records.attempts(apiBase, kept.id), now())
  }

  function untilNextPossible(budget: VerificationBudget | null): number {
    if (!budget?.nextPossibleAt) return timing.lookAgainMs
    const untilMs = Date.parse(budget.nextPossibleAt) - now().getTime()
    return Math.min(Math.max(untilMs, 1000), timing.lookAgainMs)
  }

  function fail(thrown: unknown, sink: string): void {
    const error = toFicDevError(thrown)
    const isTemporary = error instanceof FicApiError && error.isTemporary
    const retryMs = timing.retriesMs[Math.min(failuresInARow, timing.retriesMs.length - 1)] ?? timing.watchMs
    failuresInARow += 1
    log.info({ code: error.code, reason: error.message }, 'subscription not as wanted')
    if (error instanceof FicApiError) hold(error.retryAfterMs)
    if (isTemporary || error.code === 'FIC_DEV_E_PROBE_FAILED') lookAgainIn(retryMs)
    // A refused token or a missing permission needs a person; the rest may mend by itself.
    else if (error.exitCode !== 3) lookAgainIn(timing.watchMs)
    const current = board.get()
    if (isTemporary && current.state === 'verified' && current.sink === sink) {
      board.set({ detail: `Verified when last seen. ${error.message}`, hint: error.hint ?? null })
      return
    }
    failure = error
    board.set({ state: 'failed', detail: error.message, hint: error.hint ?? null })
  }

  function hold(retryAfterMs: number | null): void {
    if (retryAfterMs !== null) holdUntil = new Date(now().getTime() + retryAfterMs)
  }

  function lookAgainIn(delayMs: number): void {
    rounds.askIn(Math.max(delayMs, heldMs()))
  }

  /** How much longer Fatture in Cloud does not want to be asked. */
  function heldMs(): number {
    return holdUntil === null ? 0 : Math.max(0, holdUntil.getTime() - now().getTime())
  }

  /** Another program may have moved the subscription back to our sink. */
  function challengeAnswered(): void {
    challenges.announce()
    const lookIfUnverified = () => {
      challengeTimer = undefined
      lookedAtMs = performance.now()
      if (['failed', 'unverified'].includes(board.get().state)) void rounds.ask()
    }
    if (challengeTimer !== undefined) return
    // Only when the answer has arrived: a round that finds the subscription unverified spends an attempt. And not at each
    // of many challenges, which anybody who knows the sink can send.
    const pauseMs = Math.max(timing.afterChallengeMs, lookedAtMs + timing.betweenLooksMs - performance.now())
    challengeTimer = setTimeout(lookIfUnverified, pauseMs).unref()
  }

  /** Where a person did away with what was kept, nothing else is deleted in its place. */
  function onExit(): OnExit {
    return isResting && options.onExit === 'delete' ? 'restore' : options.onExit
  }

  /** A manual round; a failure of it is thrown. */
  async function demandVerified(): Promise<void> {
    await rounds.askManually()
    const { state, detail, hint } = board.get()
    if (state === 'verified') return
    const code = attempted ? 'SUBSCRIPTION_FAILED' : 'SUBSCRIPTION_BUDGET'
    throw failure ?? new FicDevError(code, detail ?? 'Not verified.', hint === null ? {} : { hint })
  }

  async function close(): Promise<void> {
    closing.abort()
    rounds.stop()
    if (!isStarted) return
    const { verificationMethod } = wanted
    const acting = { ...access, ...waiting, observed: [], mayLeaveOut: false }
    const done = rounds
      .settled()
      .then(() => leave(acting, { onExit: onExit(), verificationMethod, did: (one) => left.push(one) }))
    await within(timing.closeMs, done).catch((thrown: unknown) => {
      log.warn({ reason: messageOf(thrown), onExit: options.onExit }, 'subscription left as it is')
    })
    owedAtEnd = owed()
  }

  function owed(): Owed[] {
    if (!isStarted) return []
    return owedAtEnd ?? owedOnExit({ records, apiBase, company, onExit: onExit() })
  }

  return {
    check: rounds.ask,
    challengeAnswered,
    close,
    left: () => left,
    owed,
    async start() {
      isStarted = true
      await rounds.ask()
      // The sink's URL may have changed meanwhile.
      await rounds.settled()
    },
    verify: demandVerified,
    between: (work) => rounds.between(() => work(waiting)),
    async want(changes) {
      wanted = { ...wanted, ...changes }
      types = readWantedTypes(wanted.types)
      isResting = false
      await demandVerified()
    },
    rest(why) {
      isResting = true
      failure = null
      const nothing = { id: null, sink: null, types: [], taken: [], warnings: [], budget: null }
      const hint = 'To create a new subscription, run fic-dev subscriptions create or restart fic-dev.'
      board.set({ ...nothing, state: 'unmanaged', detail: why, hint })
    },
    status: board.get,
    failure: () => failure,
    onChange: board.onChange,
  }
}

function toFicDevError(thrown: unknown): FicDevError {
  if (thrown instanceof FicDevError) return thrown
  return new FicDevError('SUBSCRIPTION_FAILED', `The subscription could not be kept: ${messageOf(thrown)}.`, {
    cause: thrown,
  })
}

async function within(limitMs: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs / 1000} s`)), limitMs)
  })
  await Promise.race([done, late]).finally(() => clearTimeout(timer))
}
