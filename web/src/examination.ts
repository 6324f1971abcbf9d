/** What the doctor has found so far, and how each of its messages changes that; and the hook that has it look. */

import { useCallback, useEffect, useRef, useState } from 'react'
import type { DoctorMessage, DoctorFinding } from '../../src/contract/doctor.ts'
import { askDoctor } from './doctor-api.ts'

export interface Examination {
  phase: 'none' | 'looking' | 'over' | 'broken'
  /** What is looked at now, and how far that is, from 0 to 1. */
  at: string
  share: number
  findings: DoctorFinding[]
  /** When it was over, in ms since 1970. */
  overAtMs: number | null
  /** Why it broke off, in words. */
  reason: string | null
}

export const notExamined: Examination = {
  phase: 'none',
  at: '',
  share: 0,
  findings: [],
  overAtMs: null,
  reason: null,
}

/** The examination after one message. Pure. */
export function withDoctorMessage(
  examination: Examination,
  message: DoctorMessage,
  nowMs: number,
): Examination {
  switch (message.type) {
    case 'looking':
      return { ...examination, at: message.at, share: (message.step - 1) / message.steps }
    case 'finding': {
      const { type: _type, ...finding } = message
      return { ...examination, findings: [...examination.findings, finding] }
    }
    case 'done':
      return { ...examination, phase: 'over', share: 1, overAtMs: nowMs }
    case 'broken': {
      const { message: says, hint } = message.error
      const reason = hint === undefined ? says : `${says} ${hint}`
      return { ...examination, phase: 'broken', overAtMs: nowMs, reason }
    }
  }
}

export interface Examining {
  examination: Examination
  /** Looks again; does nothing while it looks. */
  start: () => void
}

/** Lives as long as the page, so that somebody may look elsewhere meanwhile. */
export function useExamining(): Examining {
  const [examination, setExamination] = useState(notExamined)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])

  const start = useCallback(() => {
    if (running.current) return
    const controller = new AbortController()
    running.current = controller
    setExamination({ ...notExamined, phase: 'looking' })
    void look(controller.signal, setExamination).finally(() => {
      running.current = null
    })
  }, [])
  return { examination, start }
}

async function look(
  signal: AbortSignal,
  change: (next: (before: Examination) => Examination) => void,
): Promise<void> {
  const take = (message: DoctorMessage) => change((before) => withDoctorMessage(before, message, Date.now()))
  try {
    for await (const message of askDoctor(signal)) take(message)
    change((before) => (before.phase === 'looking' ? brokenOff(before) : before))
  } catch (thrown) {
    if (signal.aborted) return
    change((before) => ({ ...brokenOff(before), reason: thrown instanceof Error ? thrown.message : null }))
  }
}

function brokenOff(before: Examination): Examination {
  return { ...before, phase: 'broken', overAtMs: Date.now(), reason: 'fic-dev ended while it looked.' }
}
