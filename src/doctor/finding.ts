/** Writes down what the doctor finds: one thing each, why it matters, and what to do. */

import type { DoctorFinding } from '../contract/doctor.ts'

export type { DoctorFinding }

/** All is well. */
export function fine(name: string, what: string): DoctorFinding {
  return { name, outcome: 'ok', what, why: null, todo: null }
}

/** It works, but perhaps not as meant. */
export function doubtful(name: string, what: string, why: string, todo: string): DoctorFinding {
  return { name, outcome: 'warning', what, why, todo }
}

/** It does not work. */
export function wrong(name: string, what: string, why: string, todo: string): DoctorFinding {
  return { name, outcome: 'failure', what, why, todo }
}

/** It could not be looked at, or does not matter here. */
export function skipped(name: string, what: string, todo: string | null = null): DoctorFinding {
  return { name, outcome: 'skipped', what, why: null, todo }
}
