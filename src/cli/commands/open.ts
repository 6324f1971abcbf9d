/** `fic-dev open`: prints a fresh link to the inspector and opens it, or revokes the sessions that links have started. */

import { Option } from 'commander'
import type { OpenLink, RevokeAnswer } from '../../contract/api.ts'
import { openInBrowser } from '../browser.ts'
import { connect, requireDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { typed } from '../typed.ts'

export const openCommand = defineCommand<{ revoke?: boolean }>({
  name: 'open',
  group: 'Run',
  summary: 'open the inspector of the running daemon',
  options: [new Option('--revoke', 'sign out all browsers and revoke unused links')],
  settings: ['open'],
  examples: [
    ['fic-dev open', 'opens a new link in the browser'],
    ['fic-dev open --no-open', 'prints only the link'],
    ['fic-dev open --revoke', 'signs out all browsers'],
  ],
  run,
})

async function run({ config, output, options }: Invocation<{ revoke?: boolean }>): Promise<void> {
  if (options.revoke) return revoke({ config, output })
  const client = await requireDaemon(config)
  const { openUrl } = await client.request<OpenLink>('POST', '/api/links', {})
  if (output.json) output.object({ openUrl })
  else output.line(openUrl)
  if (config.open) await openInBrowser(openUrl)
}

/** Sessions survive the daemon, so they can be revoked without one. */
async function revoke({ config, output }: Pick<Invocation, 'config' | 'output'>): Promise<void> {
  const client = await connect({ config, output })
  const answer = await client.request<RevokeAnswer>('DELETE', '/api/sessions')
  if (output.json) output.object(answer)
  else output.line(typed(`Sessions revoked: ${answer.revoked}. "fic-dev open" starts a new one.`))
}
