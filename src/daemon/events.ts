/** The one channel for everything that a daemon tells. */

export class Events<Message> {
  readonly #listeners = new Set<(message: Message) => void>()

  /** Calls each listener at once. */
  readonly publish = (message: Message): void => {
    for (const listener of this.#listeners) listener(message)
  }

  /** Returns the function that ends it. */
  on(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
