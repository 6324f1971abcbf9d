/** Makes one error of all that was tried in vain: what each provider said, what mends it, and how to go on. Pure. */

import { FicDevError } from '../errors.ts'
import type { ForwardedPort } from './forwarded-port.ts'

/** `names` are those of `--tunnel`, in order; `forwarded` is what the workspace offers by itself. */
export function toTunnelFailure(
  names: readonly string[],
  failures: readonly FicDevError[],
  forwarded: ForwardedPort | null,
): FicDevError {
  const [only, ...others] = failures
  // A setting that cannot be has its own hint, and no other tunnel is needed.
  if (only && others.length === 0 && only.exitCode === 2) return only
  const noneCanRun = failures.every(({ code }) => code === 'FIC_DEV_E_TUNNEL_PROVIDER')
  const hints = failures.flatMap(({ hint }) => hint ?? []).filter((hint) => !hint.includes('--emulator'))
  const offer = forwarded ? [`Here you need none: --tunnel forwarded-port, after ${forwarded.openWith}`] : []
  const goOn = `Tried: ${names.join(', ')}. Another --tunnel or --public-url may work; --emulator goes on offline.`
  return new FicDevError(
    noneCanRun ? 'TUNNEL_PROVIDER' : 'TUNNEL_FAILED',
    failures.map(({ message }) => message).join(' '),
    {
      hint: [...new Set([...hints, ...offer, goOn])].join('\n'),
      cause: only && others.length === 0 ? only : failures,
    },
  )
}
