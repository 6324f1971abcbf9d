/** Replaces values consistently: within one export or report, the same value always has the same replacement. */

import { isLoopback } from '../http/loopback.ts'

/** Above all that Fatture in Cloud numbers with today, so that a replacement is not another record's number. */
const firstNumber = 900_000_001

export class Replacements {
  readonly #values = new Map<string, string>()
  readonly #numbers = new Map<string, string>()
  readonly #hosts = new Map<string, string>()
  /** Values to look for in sentences: those learned, and the latest. */
  readonly #learned = new Set<string>()
  readonly #recent = new Set<string>()

  /** Another notification begins: its sentences hold values of its own, and few of those before. */
  begin(): void {
    if (this.#recent.size > mostRecent) this.#recent.clear()
  }

  /** The replacement of a value that was found in a sentence. */
  found(original: string): string {
    return this.#hosts.get(original.toLowerCase()) ?? this.value(original)
  }

  /** Values that sentences may hold anywhere, whatever is around them. */
  learn(values: Iterable<string | null | undefined>): void {
    for (const value of values)
      if (value != null && (isWord(value) || /^\d{2,}$/.test(value))) this.#learned.add(value)
  }

  /** Digits become other digits, anything else a word. */
  value(original: string): string {
    if (original === '') return ''
    if (isWord(original)) this.#recent.add(original)
    if (/^-?\d+$/.test(original)) return this.digits(original)
    return take(this.#values, original, (count) => `redacted-${count + 1}`)
  }

  /** A number as it is written in JSON; the replacement is a whole one. */
  digits(original: string): string {
    return take(this.#numbers, original, (count) => String(firstNumber + count))
  }

  number(original: number): number {
    return Number(this.value(String(original)))
  }

  /** A name without a port. This machine's own names say nothing. */
  host(original: string): string {
    if (original === '' || isLoopback(original)) return original
    this.#recent.add(original)
    return take(this.#hosts, original.toLowerCase(), (count) => `host-${count + 1}.example`)
  }

  /** The values that a sentence may hold, the longest first. Numbers are found without them. */
  words(): string[] {
    return [...this.#learned, ...this.#recent].toSorted((a, b) => b.length - a.length)
  }
}

/** Each sentence is searched for all of them. */
const mostRecent = 200

/** Shorter ones are parts of ordinary words. */
function isWord(value: string): boolean {
  return value.length >= 4 && !/^-?\d+$/.test(value)
}

function take(map: Map<string, string>, original: string, make: (count: number) => string): string {
  const known = map.get(original)
  if (known !== undefined) return known
  const made = make(map.size)
  map.set(original, made)
  return made
}
