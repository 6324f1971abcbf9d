/** What a token may do: everything, except for the tokens with a special name below. */

import { missingScopes, unauthorized, unauthorizedByOAuth } from './api-failure.ts'

export interface Grant {
  webhooks: boolean
  /** Families without level, `null` for all of them. */
  scopes: ReadonlySet<string> | null
}

export const fullGrant: Grant = { webhooks: true, scopes: null }

/** Throws the 401 of the API for a token that is missing, `invalid` or `expired`. */
export function readGrant(authorization: string | undefined): Grant {
  const token = /^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || token === 'invalid') throw unauthorized()
  if (token === 'expired') throw unauthorizedByOAuth()
  if (token === 'blocked') return { webhooks: false, scopes: null }
  if (!token.startsWith('scopes:')) return fullGrant
  const scopes = token.slice('scopes:'.length).split(',')
  // Read level suffices everywhere in webhooks, so a level that was written does not matter.
  return { webhooks: true, scopes: new Set(scopes.map((scope) => scope.replace(/:[ra]$/, ''))) }
}

/** Throws the 403 of the API where a scope is missing. */
export function requireScopes(grant: Grant, scopes: readonly string[]): void {
  const { scopes: granted } = grant
  if (granted === null) return
  const missing = [...new Set(scopes)].filter((scope) => !granted.has(scope))
  if (missing.length > 0) throw missingScopes(missing)
}
