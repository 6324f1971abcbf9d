/** `fic-dev replay <n…>`: hands notifications to the target again, as they were or changed. */

import { Argument, Option } from 'commander'
import type { ReplayRequest } from '../../contract/api.ts'
import type { Delivery } from '../../contract/notification.ts'
import { mappings, replaySignatures } from '../../contract/vocabulary.ts'
import { FicDevError, messageOf } from '../../errors.ts'
import { readUrl, showUrl } from '../../http/url.ts'
import { readTextFile } from '../../text-file.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { createHints, hintOnDelivery } from '../terminal/hints.ts'
import { deliveryLine } from '../terminal/lines.ts'
import { readSeqs } from '../seq.ts'
import { readHeader, readIds } from '../values.ts'

interface Options extends Omit<ReplayRequest, 'headers'> {
  header?: Record<string, string | null>
}

export const replayCommand = defineCommand<Options>({
  name: 'replay',
  group: 'Notifications',
  arguments: [new Argument('<n...>')],
  summary: 'deliver notifications to your app again',
  description: 'Deliver notifications to your app again; "last" is the newest, 12-15 a range.',
  options: [
    new Option('--to <url>', 'deliver to this URL instead of the configured target'),
    new Option('--sign <mode>', 'signature: as captured, by the dev key, or none').choices(replaySignatures),
    new Option('--mapping <mapping>', 'convert to this mapping').choices(mappings),
    new Option('--ids <ids>', 'replace the resource ids, comma-separated').argParser(readIds),
    new Option('--body <text>', 'replace the body; @file reads it from a file'),
    new Option('--header <name:value>', 'set a header; "name:" removes it').argParser(readHeader),
  ],
  examples: [
    ['fic-dev replay last', 'the newest, as captured'],
    ['fic-dev replay 12-15 20', 'several, in this order'],
    ['fic-dev replay last --sign dev', 'with a new token, after the original has expired'],
    ['fic-dev replay 12 --ids 7 --mapping structured', 'with another id and mapping'],
    ['fic-dev replay 12 --body @body.json --to localhost:4000/x', 'with another body, to another URL'],
  ],
  complete: { n: 'numbers' },
  run,
})

/** Exit code 1 when one of them was not accepted by the target. */
async function run({ args, options, config, output }: Invocation<Options>): Promise<number> {
  const request = await toRequest(options)
  const client = await connect({ config, output })
  const hint = createHints(output.say)
  let refused = 0
  for (const seq of await readSeqs(args, client)) {
    const delivery = await client.request<Delivery>('POST', `/api/notifications/${seq}/replay`, request)
    if (delivery.verdict !== 'delivered') refused += 1
    if (output.json) output.object({ type: 'delivery', delivery })
    else {
      output.line(deliveryLine(delivery, 'pretty', output.colors) ?? '')
      hint(delivery.target, hintOnDelivery(delivery))
    }
  }
  return refused === 0 ? 0 : 1
}

async function toRequest({ to, sign, mapping, ids, body, header }: Options): Promise<ReplayRequest> {
  return {
    ...(to !== undefined && { to: readTarget(to) }),
    ...(sign && { sign }),
    ...(mapping && { mapping }),
    ...(ids && { ids }),
    ...(body !== undefined && { body: readBody(body) }),
    ...(header && { headers: header }),
  }
}

function readTarget(to: string): string {
  const reading = readUrl(to)
  if ('url' in reading) return reading.url.href
  throw new FicDevError('USAGE', `--to is ${showUrl(to)}, which ${reading.problem}.`, {
    hint: 'Example: --to http://localhost:3000/webhooks',
  })
}

function readBody(text: string): string {
  if (!text.startsWith('@')) return text
  try {
    return readTextFile(text.slice(1), 'USAGE')
  } catch (error) {
    if (error instanceof FicDevError) throw error
    throw new FicDevError(
      'USAGE',
      `--body names ${text.slice(1)}, which cannot be read: ${messageOf(error)}.`,
      {
        hint: 'Example: --body @body.json',
        cause: error,
      },
    )
  }
}
