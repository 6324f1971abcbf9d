/** What the system knows about a process; Linux only. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { expect } from 'vitest'

/** Elsewhere there is no /proc to look into. */
export const hasProc = process.platform === 'linux'

/** Memory that is really there, in bytes. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1]) * 1024
}

/** What its descriptors lead to: files, `socket:[inode]`, pipes. */
export function openDescriptors(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)]
    } catch {
      // Closed since it was listed.
      return []
    }
  })
}

export interface Listening {
  /** As the kernel writes it: hexadecimal, in the order of this machine. */
  address: string
  port: number
}

/** The addresses that a process takes TCP connections at. */
export function listeningAt(pid: number): Listening[] {
  const own = new Set(openDescriptors(pid))
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // 0A: listens.
      .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(`socket:[${inode}]`))
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':')
        return { address, port: Number.parseInt(port, 16) }
      }),
  )
}

/** `T`: stopped by a signal. */
export async function isStopped(pid: number): Promise<void> {
  const state = () => /^\d+ \(.*\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  await expect.poll(state).toBe('T')
}
