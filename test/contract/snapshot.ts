/** Compares the public contract with the files in `snapshots`. */

import { expect } from 'vitest'

const hint =
  'The public contract changed. If this is intended: npm run build && npx vitest run test/contract -u'

export async function expectSnapshot(file: string, text: string): Promise<void> {
  await expect(`${text.trimEnd()}\n`, `${hint}`).toMatchFileSnapshot(`snapshots/${file}`)
}
