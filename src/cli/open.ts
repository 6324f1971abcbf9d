/** `fic-dev open`: prints a fresh link to the inspector, and opens it. */

import type { OpenLink } from '../contract/api.ts'
import { openInBrowser } from './browser.ts'
import { requireDaemon } from './client.ts'
import type { Invocation } from './command.ts'

export async function run({ config, output }: Invocation): Promise<void> {
  const client = await requireDaemon(config)
  const { openUrl } = await client.request<OpenLink>('POST', '/api/links', {})
  if (output.json) output.object({ openUrl })
  else output.line(openUrl)
  if (config.open) await openInBrowser(openUrl)
}
