/** Holds the one state of the page and tells the views when it has changed. */

import { useSyncExternalStore } from 'react'
import { initialState, reduce } from './state.ts'
import type { Message, State } from './state.ts'

export interface Store {
  state(): State
  /** Several messages in one go are one change for the views. */
  dispatch(...messages: Message[]): void
  subscribe(listener: () => void): () => void
}

export function createStore(): Store {
  let state = initialState
  const listeners = new Set<() => void>()
  return {
    state: () => state,
    dispatch(...messages) {
      state = messages.reduce(reduce, state)
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useStore(store: Store): State {
  return useSyncExternalStore(store.subscribe, store.state)
}
