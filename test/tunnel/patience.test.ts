import { describe, expect, test } from 'vitest'

import { Patience } from '../../src/tunnel/patience.ts'
import { defaultTiming } from '../../src/tunnel/timing.ts'

function patience(random: number) {
  const clock = { ms: 1_000_000 }
  return {
    clock,
    patience: new Patience(
      defaultTiming,
      () => random,
      () => clock.ms,
    ),
  }
}

function waits(of: Patience, times: number): number[] {
  return Array.from({ length: times }, () => {
    const { waitMs } = of.next()
    of.attempted()
    return waitMs
  })
}

describe('the wait before an attempt to open', () => {
  test('is nothing, then 1, 2, 4 … 60 s', () => {
    const { patience: even } = patience(0.5)
    expect(waits(even, 9)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  test('is a fifth less or more by chance', () => {
    expect(waits(patience(0).patience, 3)).toEqual([0, 800, 1_600])
    expect(waits(patience(1).patience, 3)).toEqual([0, 1_200, 2_400])
  })

  test('begins anew when a tunnel has held', () => {
    const { patience: even } = patience(0.5)
    waits(even, 5)
    even.settled()
    expect(waits(even, 3)).toEqual([0, 1_000, 2_000])
  })

  test('reaches to the end of an hour with 30 attempts in it, also for a tunnel that holds in between', () => {
    const { clock, patience: even } = patience(0.5)
    for (let minute = 0; minute < 30; minute += 1) {
      even.attempted()
      even.settled()
      clock.ms += 60_000
    }
    expect(even.next()).toEqual({ waitMs: 30 * 60_000, because: 'cap' })
    clock.ms += 30 * 60_000
    expect(even.next()).toEqual({ waitMs: 0, because: 'backoff' })
  })
})
