/** Holds what the keeper tells about the subscription, and tells its listeners when that changes. */

import { isDeepStrictEqual } from 'node:util'
import type { SubscriptionStatus } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

export type StatusListener = (status: SubscriptionStatus) => void

export interface StatusBoard {
  get(): SubscriptionStatus
  /** Members that are left out stay. */
  set(changes: Partial<SubscriptionStatus>): void
  onChange(listener: StatusListener): () => void
}

export function createStatusBoard(log: Logger): StatusBoard {
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

  /** What is wrong with a listener is not wrong with the subscription. */
  function tellSafely(listener: StatusListener): void {
    try {
      listener(status)
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'listener of the subscription failed')
    }
  }

  return {
    get: () => status,
    set(changes) {
      const next = { ...status, ...changes }
      if (isDeepStrictEqual(next, status)) return
      status = next
      for (const listener of listeners) tellSafely(listener)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
