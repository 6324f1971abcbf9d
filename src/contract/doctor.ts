/** What the doctor finds, and what `POST /api/doctor` streams while it looks: one object a line. */

export interface DoctorFinding {
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

export type DoctorMessage =
  /** What is looked at now, in words; `step` is 1 for the first of `steps`. */
  | { type: 'looking'; at: string; step: number; steps: number }
  | ({ type: 'finding' } & DoctorFinding)
  /** The last line, when all was looked at. */
  | { type: 'done' }
  /** The last line, when it could not go on. */
  | { type: 'broken'; error: { code: string; message: string; hint?: string } }
