/** Looks at the access to Fatture in Cloud: the token, its companies, webhooks, and the scopes that are needed. */

import { FicDevError, messageOf } from '../errors.ts'
import type { FicApi } from '../fic-api/client.ts'
import { explodeTypes, eventTypes, findEventType } from '../fic/event-types.ts'
import { doubtful, fine, skipped, wrong, type DoctorFinding } from './finding.ts'

export interface AccountFacts {
  /** `null` where there is no token. */
  api: Pick<FicApi, 'companies' | 'list'> | null
  company: number | null
  /** As configured; empty means all. */
  types: readonly string[]
  /** What the subscription that fic-dev keeps holds; `null` when that is not known. */
  held: readonly string[] | null
}

export async function lookAtAccount({ api, company, types, held }: AccountFacts): Promise<DoctorFinding[]> {
  if (!api) {
    return [
      skipped(
        'token',
        'There is no access token, so fic-dev leaves the subscription alone.',
        'Set FIC_ACCESS_TOKEN in the environment or in .env, or work with --emulator.',
      ),
    ]
  }
  let companies: { id: number; name: string }[]
  try {
    companies = await api.companies()
  } catch (thrown) {
    return [
      failed('token', thrown, 'Without a valid token, fic-dev cannot create or manage the subscription.'),
    ]
  }
  return [
    fine(
      'token',
      `The token is good, and sees ${companies.length === 1 ? 'one company' : `${companies.length} companies`}.`,
    ),
    ...(await lookAtCompany(api, company, companies)),
    judgeScopes(types, held),
  ]
}

async function lookAtCompany(
  api: Pick<FicApi, 'list'>,
  company: number | null,
  companies: readonly { id: number; name: string }[],
): Promise<DoctorFinding[]> {
  const known = companies.map(({ id, name }) => `${id} (${name})`).join(', ')
  if (company === null) {
    const todo = `Name one with --company or FIC_COMPANY_ID. The token sees: ${known || 'none'}.`
    return [wrong('company', 'No company is named.', 'A subscription belongs to one company.', todo)]
  }
  const found = companies.find(({ id }) => id === company)
  const finding = found
    ? fine('company', `${company} is ${found.name}.`)
    : wrong(
        'company',
        `The token does not see company ${company}.`,
        'Calls for a company that the token does not see are refused.',
        `It sees: ${known || 'none'}.`,
      )
  if (!found) return [finding]
  try {
    const subscriptions = await api.list()
    const told = subscriptions.length === 1 ? 'one subscription' : `${subscriptions.length} subscriptions`
    return [finding, fine('webhooks', `The app may use webhooks; it has ${told} for this company.`)]
  } catch (thrown) {
    return [finding, failed('webhooks', thrown, 'Without this right there are no notifications.')]
  }
}

/** Which scopes a token has cannot be asked (docs/protocol.md#8-tokens): the types that it was given tell. */
function judgeScopes(types: readonly string[], held: readonly string[] | null): DoctorFinding {
  const wanted = types.length === 0 ? eventTypes.map(({ type }) => type) : explodeTypes(types)
  const missing = held === null ? [] : wanted.filter((type) => !held.includes(type))
  const scopes = scopesOf(held === null ? wanted : missing)
  if (held === null) {
    return skipped(
      'scopes',
      `The wanted types need ${scopes}; Fatture in Cloud checks them when the subscription is created.`,
    )
  }
  if (missing.length === 0) return fine('scopes', `The subscription holds all ${wanted.length} wanted types.`)
  return doubtful(
    'scopes',
    `The subscription holds ${wanted.length - missing.length} of ${wanted.length} wanted types; the others need ${scopes}.`,
    'Notifications of the others do not come.',
    'See the warnings of the subscription: fic-dev subscriptions. Name the types that you need with --types.',
  )
}

function scopesOf(types: readonly string[]): string {
  const scopes = new Set(types.flatMap((type) => findEventType(type)?.scopes ?? []))
  return [...scopes].map((scope) => `${scope}:r`).join(', ') || 'no scope that fic-dev knows of'
}

function failed(name: string, thrown: unknown, why: string): DoctorFinding {
  const hint = thrown instanceof FicDevError ? thrown.hint : undefined
  return wrong(name, messageOf(thrown), why, hint ?? 'Try again; --log-level debug shows more.')
}
