/** What every way to a public address has in common; each provider is one file that gives a `TunnelProvider`. */

export interface TunnelProvider {
  /** As in `--tunnel <name>`. */
  readonly name: string
  /** Whether the address survives a new start: surely, if the name is still free, or never. */
  readonly urlStability: 'fixed' | 'best-effort' | 'per-start'
  /** `false` where nothing of ours runs (`none`, `--public-url`): it is watched, but there is nothing to reopen. */
  readonly runs: boolean
  /** What one attempt may take, where it needs more than the others. */
  readonly openTimeoutMs?: number
  /**
   * Opens the tunnel. Always settles within `timeoutMs`, or at once when `signal` aborts. A `FicDevError` is a mistake
   * that another attempt would not mend (not installed, a name that cannot be); any other error is worth a retry.
   */
  start(options: OpeningOptions): Promise<OpenTunnel>
}

export interface OpeningOptions {
  /** The sink's port on 127.0.0.1: the only thing that a tunnel may reach. */
  port: number
  /** The name to ask for, where the provider has names. */
  desired: string | null
  signal: AbortSignal
  timeoutMs: number
  /** May be called from the moment of `start` until `stop`. */
  onHint: (hint: TunnelHint) => void
}

/** A suspicion that the tunnel has died, never proof: only the probe decides. */
export interface TunnelHint {
  kind: 'error' | 'exit' | 'disconnected'
  words: string
}

export interface OpenTunnel {
  /** The public address without a trailing slash. */
  readonly url: string
  /** The name that we were given, `null` where the provider has no names. It need not be the desired one. */
  readonly granted: string | null
  /** The name in the address was made a moment ago: who asks for it too early is told that there is none, for long. */
  readonly isNewName?: boolean
  /** Ends it for good. Does not reject. */
  stop(): Promise<void>
  /** Clears connections that died with a former tunnel and still hold the desired name. Does not reject. */
  drain?(signal: AbortSignal): Promise<void>
}
