/** What `fic-dev doctor` finds: one thing each, why it matters, and what to do. */

export interface Finding {
  /** Short and stable: `node`, `data-dir`, `token`. */
  name: string
  outcome: 'ok' | 'warning' | 'failure' | 'skipped'
  /** What is the case; a sentence. */
  what: string
  /** Why that matters; `null` where all is well. */
  why: string | null
  /** What to do about it; `null` where there is nothing to do. */
  todo: string | null
}

/** All is well. */
export function fine(name: string, what: string): Finding {
  return { name, outcome: 'ok', what, why: null, todo: null }
}

/** It works, but perhaps not as meant. */
export function doubtful(name: string, what: string, why: string, todo: string): Finding {
  return { name, outcome: 'warning', what, why, todo }
}

/** It does not work. */
export function wrong(name: string, what: string, why: string, todo: string): Finding {
  return { name, outcome: 'failure', what, why, todo }
}

/** It could not be looked at, or does not matter here. */
export function skipped(name: string, what: string, todo: string | null = null): Finding {
  return { name, outcome: 'skipped', what, why: null, todo }
}
