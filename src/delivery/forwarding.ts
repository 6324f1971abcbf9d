/** Where notifications go: the configured targets, until others are named while fic-dev runs. */

import type { ForwardRule, RunningSettings, TargetsAnswer, TargetsChange } from '../contract/api.ts'
import type { TargetStatus } from '../contract/status.ts'
import { FicDevError } from '../errors.ts'
import { isLoopback } from '../http/loopback.ts'
import { portOf } from '../http/url.ts'
import type { Moved } from '../store/jobs.ts'
import type { Target } from './targets.ts'

/** The targets, and the headers of every delivery. */
export type ForwardingSettings = Readonly<Pick<RunningSettings, 'forwardTo' | 'headers'>>

/** `page`: a page could be made to ask for it, so it may name less than the command line. */
export type NamedBy = 'command line' | 'page'

export interface ForwardingParts {
  configured: ForwardingSettings
  /** Where `forwardTo` comes from at the start: `flag`, `environment NAME`, `file PATH`, `default`. */
  source: string
  sinkPath: string
  ownPorts(): number[]
  retarget(targets: Target[]): Promise<Moved>
  status(): TargetStatus[]
  /**
   * Reads targets that are written as after `--forward-to`.
   * @throws FicDevError CONFIG_INVALID
   */
  readTargets(words: readonly string[]): ForwardRule[]
  /** What is odd about targets: sentences. `name` is where they are named. */
  noteForwarding(name: string, rules: readonly ForwardRule[]): string[]
}

/** Each rule with the headers that go to every target. */
export function toTargets({ forwardTo, headers }: ForwardingSettings): Target[] {
  return forwardTo.map((rule) => ({ ...rule, headers: { ...headers, ...rule.headers } }))
}

export class Forwarding {
  readonly #parts: ForwardingParts
  #settings: ForwardingSettings
  #source: string
  #changing: Promise<unknown> = Promise.resolve()

  constructor(parts: ForwardingParts) {
    this.#parts = parts
    const { forwardTo, headers } = parts.configured
    this.#settings = { forwardTo, headers }
    this.#source = parts.source
  }

  settings(): ForwardingSettings {
    return this.#settings
  }

  /** As `ForwardingParts.source`, or what named the targets while fic-dev runs. */
  source(): string {
    return this.#source
  }

  answer(): TargetsAnswer {
    return {
      forwardTo: this.#settings.forwardTo.map(({ types, url }) => ({ types, url })),
      source: this.#source,
      targets: this.#parts.status(),
    }
  }

  /**
   * @param words as after `--forward-to`; none: nothing is forwarded
   * @throws FicDevError CONFIG_INVALID, FORBIDDEN
   */
  async name(words: readonly string[], by: NamedBy): Promise<TargetsChange> {
    const known = [...this.#settings.forwardTo, ...this.#parts.configured.forwardTo]
    const named = words.length === 0 ? [] : this.#parts.readTargets(words)
    if (by === 'page') named.forEach(({ url }) => demandReachable(new URL(url), known))
    named.forEach(({ url }) => refuseOwnPort(new URL(url), this.#parts.ownPorts()))
    // What goes to an address with its deliveries stays, however often another one is tried.
    const forwardTo = named.map((rule) => ({
      ...rule,
      headers: known.find(({ url }) => url === rule.url)?.headers ?? {},
    }))
    const moved = await this.apply({ forwardTo, headers: this.#settings.headers }, namedBy[by])
    const notes = this.#parts.noteForwarding('forwardTo', forwardTo)
    return { ...this.answer(), ...moved, notes, startedWith: this.#parts.source }
  }

  /** @throws FicDevError CONFIG_INVALID */
  apply(settings: ForwardingSettings, source: string): Promise<Moved> {
    refuseOwnSink(settings, this.#parts.sinkPath)
    const applied = this.#changing.then(() => {
      this.#settings = settings
      this.#source = source
      return this.#parts.retarget(toTargets(settings))
    })
    this.#changing = applied.catch(() => {})
    return applied
  }
}

/**
 * What is delivered to our own sink would be captured and delivered again, without end. Whatever the host, and what its
 * proxy puts before the path: it is the same sink, and no other has this path.
 * @throws FicDevError CONFIG_INVALID
 */
export function refuseOwnSink({ forwardTo }: Pick<ForwardingSettings, 'forwardTo'>, sinkPath: string): void {
  const own = forwardTo.find(({ url }) => new URL(url).pathname.replace(/\/+$/, '').endsWith(sinkPath))
  if (own === undefined) return
  throw new FicDevError(
    'CONFIG_INVALID',
    `forwardTo is ${own.url}, which is the sink of this fic-dev: notifications would go in circles.`,
    { hint: 'Name the address of your app. Example: --forward-to http://localhost:3000/webhooks' },
  )
}

const namedBy: Record<NamedBy, string> = { 'command line': 'fic-dev forward', page: 'the inspector' }

/** As with a replay: a page must not make fic-dev send signed requests into networks that only this machine reaches. */
function demandReachable(url: URL, known: readonly { url: string }[]): void {
  if (isLoopback(url.hostname) || known.some((rule) => rule.url === url.href)) return
  throw new FicDevError('FORBIDDEN', `${url.origin} is neither a configured target nor this machine.`, {
    hint: `The page names targets on this machine only. In a terminal: fic-dev forward ${url.href}`,
  })
}

function refuseOwnPort(url: URL, ownPorts: readonly number[]): void {
  if (!isLoopback(url.hostname) || !ownPorts.includes(portOf(url))) return
  throw new FicDevError('CONFIG_INVALID', `${url.host} is fic-dev itself.`, {
    hint: 'Name the address of your app. Example: fic-dev forward http://localhost:3000/webhooks',
  })
}
