/** Promises that are settled from outside, and work that is done once. */

export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
}

/** A promise, and the functions that settle it. */
export function createDeferred<T = void>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> = { resolve() {}, reject() {} }
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  return { promise, ...settle }
}

export interface Once<T> {
  /** Starts the work at the first call; each call returns the same promise. */
  (): Promise<T>
  isCalled(): boolean
}

export function once<T>(work: () => Promise<T>): Once<T> {
  let result: Promise<T> | null = null
  return Object.assign(() => (result ??= work()), { isCalled: () => result !== null })
}
