/** Finds headers by name: names differ in case, and a header may be repeated. Pure. */

import type { HeaderPair } from '../contract/notification.ts'

/** The values of a header, in order. @param name in lower case */
export function valuesOf(headers: readonly HeaderPair[], name: string): string[] {
  return headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value)
}

/** The first value of a header; `null` if there is none. @param name in lower case */
export function headerOf(headers: readonly HeaderPair[], name: string): string | null {
  return valuesOf(headers, name)[0] ?? null
}

/** Whether configured headers replace the token of Fatture in Cloud. */
export function replacesToken(configured: Readonly<Record<string, string>>): boolean {
  return headerOf(Object.entries(configured), 'authorization') !== null
}
