/** Does one step at Fatture in Cloud, and writes it down. Nothing else changes subscriptions. */

import { FicApiError } from '../fic-api/error.ts'
import type { Registered, Subscription, SubscriptionRequest } from '../fic-api/client.ts'
import type { Logger } from '../log.ts'
import type { OwnSubscription } from '../store/subscriptions.ts'
import { explainScopes, typesNamed } from './refusal.ts'
import type { Step } from './step.ts'
import { awaitVerified, spendAttempt, wasRefused, type Verifications } from './verification.ts'
import { explainWarnings } from './warnings.ts'

export interface Acting extends Verifications {
  company: number
  log: Logger
  /** What was there before the step. */
  observed: readonly Subscription[]
  /** A type that Fatture in Cloud rejects by name may be left out, since nobody named it. */
  mayLeaveOut: boolean
}

/** What a step changed. A member that is missing stays as it was. */
export interface Effect {
  /** The subscription as it is now; `null` when it has gone. */
  kept?: Subscription | null
  warnings?: string[]
  /** Why a verification was not even tried by Fatture in Cloud. */
  throttled?: FicApiError
}

type StepTo<Do extends Step['do']> = Extract<Step, { do: Do }>

export type DoableStep = Exclude<Step, StepTo<'wait' | 'report' | 'fail'>>

export function doStep(step: DoableStep, acting: Acting): Promise<Effect> {
  // What was answered before is no answer to the challenge of this step, which may come before its call returns.
  acting.challenges.reset()
  const id = 'id' in step ? step.id : undefined
  acting.log.info({ step: step.do, id, why: step.why }, 'subscription step')
  switch (step.do) {
    case 'create':
      return create(step, acting)
    case 'modify':
      return modify(step, acting)
    case 'verify':
      return verify(step, acting)
    case 'remove':
      return remove(step.id, acting)
    case 'restore':
      return restore(step, acting)
    case 'adopt':
      return adopt(step, acting)
    case 'forget':
      acting.records.forget(acting.apiBase, step.id)
      return Promise.resolve({})
  }
}

async function create({ request, elsewhere = false }: StepTo<'create'>, acting: Acting): Promise<Effect> {
  const { api, records, apiBase, company, now } = acting
  const at = now()
  const { subscription, warnings } = await register(request, acting, (some) => api.create(some))
  const { id, sink, types } = subscription
  // An emulator that was reset gives the same ids again.
  records.forgetAttempts(apiBase, id)
  const made = { apiBase, company, id, sink, createdAt: at, askedTypes: request.types, grantedTypes: types }
  if (elsewhere) records.rememberByHand(made)
  else records.remember({ ...made, origin: 'made', takenOverFrom: null })
  const attempt = records.recordAttempt(apiBase, {
    at: at.toISOString(),
    subscriptionId: id,
    cause: 'create',
    outcome: 'unknown',
    detail: null,
  })
  const kept = (await awaitVerified(acting, id, attempt)) ?? subscription
  return { kept, warnings: explainWarnings(warnings, acting.observed, id) }
}

async function modify(
  { id, changes, spends, manual = false }: StepTo<'modify'>,
  acting: Acting,
): Promise<Effect> {
  const { api, records, observed } = acting
  const before = findOwn(id, acting)
  // The plan adopts before it modifies: anything else would be a change to another project's subscription.
  if (before === null && !manual) throw new Error(`${id} is not recorded as ours`)
  const ask = () => register(changes, acting, (some) => api.modify(id, some))
  if (!spends) {
    const { subscription, warnings } = await ask()
    rememberTypes(id, changes, subscription, acting)
    return { kept: subscription, warnings: explainWarnings(warnings, observed, id) }
  }
  // Written down first: after a crash it must be known that the new sink is ours, to restore what was taken over.
  if (before !== null) records.remember({ ...before, sink: changes.sink ?? before.sink })
  const { answer, attempt } = await spendAttempt(acting, id, 'sink-changed', ask).catch((thrown: unknown) => {
    if (wasRefused(thrown) && before !== null) records.remember(before)
    throw thrown
  })
  rememberTypes(id, changes, answer.subscription, acting)
  const kept = (await awaitVerified(acting, id, attempt)) ?? answer.subscription
  return { kept, warnings: explainWarnings(answer.warnings, observed, id) }
}

async function verify({ id, method }: StepTo<'verify'>, acting: Acting): Promise<Effect> {
  try {
    const { attempt } = await spendAttempt(acting, id, 'verify', () => acting.api.verify(id, method))
    const kept = await awaitVerified(acting, id, attempt)
    return kept === null ? {} : { kept }
  } catch (thrown) {
    if (isThrottled(thrown)) return { throttled: thrown }
    throw thrown
  }
}

/** How a throttled `verify` is answered is unknown (docs/protocol.md#2-verification): any refusal that has no reading of its own. */
function isThrottled(thrown: unknown): thrown is FicApiError {
  return wasRefused(thrown) && ![401, 403, 404].includes(thrown.status)
}

async function remove(id: string, { api, records, apiBase }: Acting): Promise<Effect> {
  await orGone(api.remove(id))
  records.forget(apiBase, id)
  return { kept: null }
}

/** The outcome of the challenge is not awaited: the subscription is not ours any more. */
async function restore({ id, sink, method }: StepTo<'restore'>, acting: Acting): Promise<Effect> {
  const changes = { sink, verificationMethod: method }
  await spendAttempt(acting, id, 'sink-changed', () => acting.api.modify(id, changes))
  acting.records.forget(acting.apiBase, id)
  return {}
}

async function adopt(
  { subscription, origin, takenOverFrom }: StepTo<'adopt'>,
  { records, apiBase, company, now }: Acting,
): Promise<Effect> {
  const { id, sink } = subscription
  const createdAt = now()
  const types = { askedTypes: [], grantedTypes: [] }
  records.remember({ apiBase, company, id, sink, createdAt, origin, takenOverFrom, ...types })
  return { kept: subscription }
}

/** Create or modify; when everything is wanted, once more without the types that were rejected by name. */
async function register<T extends Partial<SubscriptionRequest>>(
  request: T,
  { mayLeaveOut }: Acting,
  ask: (request: T) => Promise<Registered>,
): Promise<Registered> {
  try {
    return await ask(request)
  } catch (thrown) {
    const { types } = request
    if (!(thrown instanceof FicApiError) || types === undefined) throw thrown
    const rejected = thrown.status === 422 && mayLeaveOut ? typesNamed(thrown, types) : []
    if (rejected.length === 0 || rejected.length === types.length) throw explainScopes(thrown, types)
    const { subscription, warnings } = await ask({
      ...request,
      types: types.filter((type) => !rejected.includes(type)),
    })
    return { subscription, warnings: [...warnings, ...rejected.map((type) => `${type} was rejected`)] }
  }
}

function findOwn(id: string, { records, apiBase, company }: Acting): OwnSubscription | null {
  return records.all(apiBase, company).find((record) => record.id === id) ?? null
}

function rememberTypes(
  id: string,
  { types }: Partial<SubscriptionRequest>,
  { types: grantedTypes }: Subscription,
  acting: Acting,
): void {
  const own = findOwn(id, acting)
  if (own !== null && types !== undefined)
    acting.records.remember({ ...own, askedTypes: types, grantedTypes })
}

/** What Fatture in Cloud answers about a subscription; `null` if there is none with its id. */
export function orGone<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((thrown: unknown) => {
    if (thrown instanceof FicApiError && thrown.status === 404) return null
    throw thrown
  })
}
