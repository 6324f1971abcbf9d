/** `fic-dev open`: prints a fresh link to the inspector and opens it, or revokes the sessions that links have started. */

import { Option } from 'commander'
import type { OpenLink, RevokeAnswer } from '../../contract/api.ts'
import { openInBrowser } from '../browser.ts'
import { connect, requireDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'

export const openCommand = defineCommand<{ revoke?: boolean }>({
  name: 'open',
  summary: 'open the inspector of the running daemon',
  options: [new Option('--revoke', 'sign out all browsers and void unused links, instead of opening one')],
  settings: ['open'],
  examples: [
    ['fic-dev open', 'a fresh link, opened in the browser'],
    ['fic-dev open --no-open', 'just the link'],
    ['fic-dev open --revoke', 'sign out all browsers'],
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
  const client = await connect(config)
  try {
    const answer = await client.request<RevokeAnswer>('DELETE', '/api/sessions')
    if (output.json) output.object(answer)
    else output.line(`Sessions revoked: ${answer.revoked}. "fic-dev open" starts a new one.`)
  } finally {
    await client.close()
  }
}
