/** Says why there is no tunnel: what was tried, what mends it, and how to go on. Pure. */

import { FicDevError, hasCode } from '../errors.ts'
import type { ForwardedPort } from './forwarded-port.ts'
import { offlineWords } from './offline.ts'
import type { TunnelProvider } from './provider.ts'

export interface OpeningEnd {
  provider: Pick<TunnelProvider, 'name' | 'runs'>
  /** By us, before it was open. */
  closed: boolean
  limitMs: number
  attempts: number
  lastProblem: string
  /** It waited for the network of this machine. */
  offline: boolean
}

/** One provider has had its time. */
export function toOpeningFailure({
  provider,
  closed,
  limitMs,
  attempts,
  lastProblem,
  offline,
}: OpeningEnd): FicDevError {
  if (closed) return new FicDevError('TUNNEL_FAILED', 'The tunnel was closed while it opened.')
  if (offline) {
    return new FicDevError('TUNNEL_FAILED', `No tunnel could be opened. ${lastProblem}`, {
      hint: 'Connect it to a network, or go on offline with --emulator.',
    })
  }
  const tried = attempts === 1 ? 'one attempt' : `${attempts} attempts`
  const what = provider.runs
    ? `${provider.name} gave no working tunnel in ${tried}`
    : 'No request came back through the public address'
  const seconds = Number((limitMs / 1_000).toFixed(1))
  return new FicDevError('TUNNEL_FAILED', `${what} within ${seconds} s. ${lastProblem}`.trimEnd(), {
    hint: 'Try another provider (--tunnel) or your own address (--public-url), or go on offline with --emulator.',
  })
}

/** None of the wanted tunnels could be opened. `names` are those of `--tunnel`, in order; `forwarded` is what the workspace offers by itself. */
export function toTunnelFailure(
  names: readonly string[],
  failures: readonly FicDevError[],
  forwarded: ForwardedPort | null,
): FicDevError {
  const [only, ...others] = failures
  // A setting that cannot be has its own hint, and no other tunnel is needed.
  if (only && others.length === 0 && only.exitCode === 2) return only
  // No other tunnel would help.
  if (only && failures.every(({ message }) => message.includes(offlineWords))) return only
  const noneCanRun = failures.every((failure) => hasCode(failure, 'TUNNEL_PROVIDER'))
  const hints = failures.flatMap(({ hint }) => hint ?? []).filter((hint) => !hint.includes('--emulator'))
  const offer = forwarded
    ? [
        `No tunnel is needed on this platform: run ${forwarded.openWith}, then start with --tunnel forwarded-port`,
      ]
    : []
  const goOn = `Tried: ${names.join(', ')}. Another --tunnel or --public-url may work; --emulator works offline.`
  return new FicDevError(
    noneCanRun ? 'TUNNEL_PROVIDER' : 'TUNNEL_FAILED',
    failures.map(({ message }) => message).join(' '),
    {
      hint: [...new Set([...hints, ...offer, goOn])].join('\n'),
      cause: only && others.length === 0 ? only : failures,
    },
  )
}
