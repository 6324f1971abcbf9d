/** Finds the token of a notification in its `Authorization` header. */

import type { HeaderPair } from '../contract/notification.ts'

export interface BearerToken {
  token: string | null
  problems: string[]
}

/**
 * The token of `Authorization: Bearer …`. Two headers that differ give none: the target's framework might take the
 * other one than we checked, so such a notification counts as unsigned.
 */
export function readBearerToken(headers: readonly HeaderPair[]): BearerToken {
  const values = headers.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value)
  const [value] = values
  if (value === undefined) return { token: null, problems: [] }
  if (new Set(values).size > 1) {
    return {
      token: null,
      problems: [`There are ${values.length} different Authorization headers; none of them was used.`],
    }
  }
  const token = /^Bearer[ \t]+(\S+)[ \t]*$/i.exec(value)?.[1] ?? null
  const problems = token === null ? ['The Authorization header is not of the form "Bearer <token>".'] : []
  if (values.length > 1) problems.push(`The same Authorization header came ${values.length} times.`)
  return { token, problems }
}
