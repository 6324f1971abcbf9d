/** Reads what `tailscale … --json` prints. */

import { FicDevError } from '../../errors.ts'

/** `Running` when it is connected; `tailscale status --json`. */
export function readTailscaleState(text: string): string {
  const { BackendState: state } = readObject(text)
  return typeof state === 'string' ? state : 'unknown'
}

/** The ports of the user's own serve configuration, in the background or not; `tailscale serve status --json`. */
export function readTakenPorts(text: string): Set<number> {
  const config = readObject(text)
  const sessions = Object.values(toObject(config['Foreground']))
  return new Set(
    [config, ...sessions].flatMap((one) => Object.keys(toObject(toObject(one)['TCP'])).map(Number)),
  )
}

/** Without a configuration it prints `null`, `{}` or nothing. */
function readObject(text: string): Record<string, unknown> {
  if (text.trim() === '') return {}
  try {
    return toObject(JSON.parse(text))
  } catch (error) {
    throw new FicDevError('TUNNEL_PROVIDER', 'tailscale printed something else than JSON.', {
      hint: 'fic-dev needs Tailscale 1.52 or newer: tailscale update',
      cause: error,
    })
  }
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
