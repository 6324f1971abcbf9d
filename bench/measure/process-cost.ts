/** What a process costs, as Linux counts it: memory and CPU time, of all its threads. */

import { readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** In MiB: what it holds now, and the most that it ever held. */
export function memoryOf(pid: number): { nowMib: number; peakMib: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
  return { nowMib: read('VmRSS'), peakMib: read('VmHWM') }
}

/** CPU time since its start, in seconds. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name before it may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
