/** What is wrong, why, and what to do about it: with one delivery (a cause), or with a part of fic-dev. */

export interface Finding {
  /** Stable, kebab-case: `refused`, `tunnel-down`. */
  code: string
  /** `failure`: it does not work. `warning`: it works, but not as it should. */
  tone: 'warning' | 'failure'
  /** What happened; sentences. */
  what: string
  /** The probable reason, or the consequences; sentences. */
  why: string
  /** What to do; sentences. */
  todo: string
}

/** The part that a finding is about, by the name that the doctor has for it. */
export type FindingPart =
  'store' | 'tunnel' | 'subscription' | 'budget' | 'deliveries' | 'sharing' | 'sink' | 'clock'

/** A finding about a part of the running daemon. The code of one about a target is that of its cause. */
export interface StatusFinding extends Finding {
  part: FindingPart
  /** A command that does what `todo` says; `null` if there is none. */
  command: string | null
}
