/** What the tests of the page have in common: where they begin, and what they read off the list. */

import type { TestDaemon } from '../support/daemon.ts'
import type { Visit } from './chromium.ts'

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
