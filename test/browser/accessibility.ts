/** Looks at what the page shows with axe, as somebody does who needs names, order and contrast. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical violations of what is shown now `within` a CSS selector, each in one line. */
export async function findBarriers(page: Page, within = 'body'): Promise<string[]> {
  // The policy allows no inline script, so axe comes the way a debugger would bring it.
  await page.evaluate(source)
  const results = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ['violations'], rules: { region: { enabled: false } } })`,
  )
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    )
}
