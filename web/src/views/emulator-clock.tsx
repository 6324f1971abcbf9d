/** The emulator's clock: what would take minutes or days at Fatture in Cloud happens at once. */

import { Button } from '@mantine/core'
import { useState } from 'react'
import type { EmulatorClock as Clock } from '../../../src/contract/emulator.ts'
import { toRefusal, useAsked } from '../asked.ts'
import { toFullTime, toSpan } from '../clock-words.ts'
import { advanceClock, fetchClock } from '../emulator-api.ts'
import classes from './trigger.module.css'
import { Outside } from './outside.tsx'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const steps: { ms: number; says: string }[] = [
  { ms: 30_000, says: 'the second attempt of a delivery is due' },
  { ms: 10 * minuteMs, says: 'verification may be tried again' },
  { ms: 60 * minuteMs, says: 'all four attempts of a delivery are over' },
  { ms: 3 * 60 * minuteMs, says: 'tokens of now have run out' },
  { ms: 10 * dayMs, says: 'a subscription that failed expires' },
]

export function EmulatorClock() {
  const first = useAsked(() => lookAt(fetchClock()), '')
  const [moved, setMoved] = useState<Look | null>(null)
  const [moving, setMoving] = useState<number | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const look = moved ?? (first.phase === 'come' ? first.value : null)

  async function advance(ms: number): Promise<void> {
    setMoving(ms)
    setRefusal(null)
    try {
      setMoved(await lookAt(advanceClock(ms)))
    } catch (thrown) {
      setRefusal(toRefusal(thrown).text)
    }
    setMoving(null)
  }

  return (
    <div className={classes.form}>
      <p role="status">{look ? sayTime(look) : first.phase === 'refused' && <Outside text={first.text} />}</p>
      <ul className={classes.steps} aria-label="Move the clock">
        {steps.map(({ ms, says }) => (
          <li key={ms}>
            <Button
              size="compact-sm"
              variant="default"
              w={104}
              loading={moving === ms}
              disabled={moving !== null}
              onClick={() => void advance(ms)}
            >
              + {toSpan(ms)}
            </Button>
            <span>{says}</span>
          </li>
        ))}
      </ul>
      <p className="quiet">
        All that falls due on the way is sent, in order. The clock only goes forward; with a restart it is
        back at the time of this machine. fic-dev itself keeps the real time, so a token from the future is
        judged as one.
      </p>
      {refusal !== null && (
        <p role="alert" className={classes.refusal}>
          <Outside text={refusal} />
        </p>
      )}
    </div>
  )
}

/** A reading of the emulator's clock, and how far it is ahead of ours. */
interface Look {
  now: string
  aheadMs: number
}

async function lookAt(clock: Promise<Clock>): Promise<Look> {
  const { now } = await clock
  return { now, aheadMs: new Date(now).getTime() - Date.now() }
}

function sayTime({ now, aheadMs }: Look): string {
  const ahead = aheadMs > 5_000 ? `, ${toSpan(aheadMs)} ahead` : ''
  return `For the emulator it is ${toFullTime(now)}${ahead}.`
}
