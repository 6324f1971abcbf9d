/** Holds what the keeper tells about the subscription, and tells its listeners when that changes. */

import { isDeepStrictEqual } from 'node:util'
import type { SubscriptionStatus } from '../contract/status.ts'

export type StatusListener = (status: SubscriptionStatus) => void

export interface StatusBoard {
  get(): SubscriptionStatus
  /** Members that are left out stay. */
  set(changes: Partial<SubscriptionStatus>): void
  onChange(listener: StatusListener): () => void
}

export function createStatusBoard(): StatusBoard {
  const listeners = new Set<StatusListener>()
  let status: SubscriptionStatus = {
    state: 'working',
    id: null,
    sink: null,
    types: [],
    taken: [],
    warnings: [],
    budget: null,
    detail: null,
    hint: null,
  }
  return {
    get: () => status,
    set(changes) {
      const next = { ...status, ...changes }
      if (isDeepStrictEqual(next, status)) return
      status = next
      for (const listener of listeners) listener(status)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
