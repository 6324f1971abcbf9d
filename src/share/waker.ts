/** Lets a loop rest until there is work, or for a while. */

export interface Sleep {
  /** Resolves at once when it was woken since `sleep()`. */
  until(longestMs: number): Promise<void>
  cancel(): void
}

export class Waker {
  readonly #sleeping = new Set<() => void>()

  wake(): void {
    for (const stir of this.#sleeping) stir()
    this.#sleeping.clear()
  }

  /** To be called before looking for work, so that nothing falls between looking and resting. */
  sleep(): Sleep {
    let stir = () => {}
    const woken = new Promise<void>((resolve) => (stir = resolve))
    const sleeping = this.#sleeping.add(stir)
    return {
      async until(longestMs) {
        const timer = setTimeout(stir, longestMs).unref()
        await woken
        clearTimeout(timer)
        sleeping.delete(stir)
      },
      cancel: () => void sleeping.delete(stir),
    }
  }
}
