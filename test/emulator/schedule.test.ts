/** Work in its order on a clock that can be moved. */

import { expect, test } from 'vitest'
import { createClock } from '../../src/emulator/clock.ts'
import { Schedule } from '../../src/emulator/schedule.ts'
import { silentLog } from '../../src/log.ts'

function createSchedule(concurrency = 20) {
  const clock = createClock(() => new Date(0))
  return { clock, schedule: new Schedule(clock, silentLog(), concurrency) }
}

test('what falls due on the way runs at its own time, in order, and what it adds runs too', async () => {
  const { clock, schedule } = createSchedule()
  const log: [string, number][] = []
  const note = (name: string) => async () => void log.push([name, clock.nowMs()])
  void schedule.add(3000, 'a', note('third'))
  void schedule.add(1000, 'a', async () => {
    log.push(['first', clock.nowMs()])
    void schedule.add(clock.nowMs() + 1000, 'a', note('second'))
  })
  void schedule.add(9000, 'a', note('too late'))
  await schedule.advance(5000)
  expect(log).toEqual([
    ['first', 1000],
    ['second', 2000],
    ['third', 3000],
  ])
  expect(clock.nowMs()).toBe(5000)
  await schedule.close()
})

test('a lane does one thing at a time, lanes go on beside each other, up to the bound', async () => {
  const { schedule } = createSchedule(2)
  const running = new Set<string>()
  let most = 0
  const work = (lane: string) => async () => {
    expect(running.has(lane)).toBe(false)
    running.add(lane)
    most = Math.max(most, running.size)
    await new Promise((resolve) => setImmediate(resolve))
    running.delete(lane)
  }
  const all = ['a', 'b', 'c', 'a', 'b', 'c'].map((lane) => schedule.add(0, lane, work(lane)))
  await Promise.all(all)
  expect(most).toBe(2)
  await schedule.close()
})

test('work that throws does not stop what comes after it', async () => {
  const { schedule } = createSchedule()
  let ran = false
  void schedule.add(0, 'a', () => Promise.reject(new Error('bug')))
  await schedule.add(0, 'a', async () => void (ran = true))
  expect(ran).toBe(true)
  await schedule.close()
})

test('close() releases those who wait for work that will never run', async () => {
  const { schedule } = createSchedule()
  const waiting = schedule.add(1000, 'a', async () => {})
  await schedule.close()
  await expect(waiting).resolves.toBeUndefined()
})

test('two advances at once move the clock by both', async () => {
  const { clock, schedule } = createSchedule()
  await Promise.all([schedule.advance(1000), schedule.advance(1000)])
  expect(clock.nowMs()).toBe(2000)
  await schedule.close()
})
