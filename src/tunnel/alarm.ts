/** A wait that can be cut short, once, by whoever has a reason to look earlier. */

export class Alarm<Reason> {
  #pending: { reason: Reason } | null = null
  #wake: (() => void) | null = null

  /** Ends the present wait, or the next one at once. Of several reasons before a wait only the first is kept. */
  ring(reason: Reason): void {
    this.#pending ??= { reason }
    this.#wake?.()
  }

  /** Forgets a reason that nobody has waited for. */
  clear(): void {
    this.#pending = null
  }

  /** The reason, or `null` when the time passed. Rejects when `signal` aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<Reason | null> {
    signal.throwIfAborted()
    if (!this.#pending) {
      await new Promise<void>((done) => {
        const finish = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          this.#wake = null
          done()
        }
        const timer = setTimeout(finish, ms)
        signal.addEventListener('abort', finish)
        this.#wake = finish
      })
    }
    signal.throwIfAborted()
    const reason = this.#pending?.reason ?? null
    this.#pending = null
    return reason
  }
}
