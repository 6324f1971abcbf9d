/** What the tests of the page have in common: how they wait, what they read off the list. */

import { expect } from 'vitest'
import type { TestDaemon } from '../support/daemon.ts'
import type { Visit } from './chromium.ts'

/** What a page shows a moment later; a busy machine may take its time. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 15_000, interval: 30 })
}

/** The numbers of the rows that are in sight, from the top. */
export function seqs({ rows }: Visit): Promise<number[]> {
  return rows.evaluateAll((elements) => elements.map((element) => Number(element.id.replace('row-', ''))))
}

export function openUrl(fic: TestDaemon): string {
  return fic.daemon.addresses().openUrl
}

/** Goes to another place of the same page. */
export async function goTo({ page }: Visit, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
}
