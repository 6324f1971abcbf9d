/** `fic-dev token <jwt>`: what a token says claim by claim, what was expected, and what it does not prove. */

import { text } from 'node:stream/consumers'
import { Argument, Option } from 'commander'
import type { TokenExplanation, TokenRequest } from '../../contract/api.ts'
import type { ClaimVerdict } from '../../contract/notification.ts'
import { FicDevError } from '../../errors.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import type { Colors } from '../output.ts'
import { readSeqs } from '../seq.ts'
import { markedClaim } from '../terminal/lines.ts'
import { visible } from '../terminal/visible.ts'

export const tokenCommand = defineCommand<{ notification?: string }>({
  name: 'token',
  group: 'Your app',
  arguments: [new Argument('[jwt]')],
  summary: 'verify a token and explain its claims',
  description: 'Verify a token and explain its claims; - reads the token from stdin.',
  options: [new Option('--notification <n>', 'use the token of this notification, or compare with it')],
  settings: ['publicKey'],
  details: `
The check is the same as in the sink: algorithm, signature, and each claim with its expected value. The token of a
notification is checked as of the time of receipt. The exit code is 1 if the token is not valid.`,
  examples: [
    ['fic-dev token --notification last', 'the token of the newest notification'],
    ['echo "$JWT" | fic-dev token -', 'from stdin'],
    ['fic-dev token "$JWT" --notification 12', 'compare with a notification'],
  ],
  complete: { '--notification': 'numbers' },
  run,
})

/** Exit code 1 for a token that is not valid. */
async function run({
  args: [word],
  options,
  config,
  output,
}: Invocation<{ notification?: string }>): Promise<number> {
  if (word === undefined && options.notification === undefined) {
    throw new FicDevError('USAGE', 'Missing token: pass a token, or set --notification.', {
      hint: 'Example: fic-dev token --notification last, or pbpaste | fic-dev token -',
    })
  }
  const token = word === '-' ? await text(process.stdin) : word
  if (token?.trim() === '') throw new FicDevError('USAGE', 'The token is empty.')
  const client = await connect({ config, output })
  const named = options.notification === undefined ? [] : await readSeqs([options.notification], client)
  const request: TokenRequest = {
    ...(token !== undefined && { token }),
    ...(named[0] !== undefined && { notification: named[0] }),
  }
  const explanation = await client.request<TokenExplanation>('POST', '/api/token', request)
  if (output.json) output.object(explanation)
  else output.line(explanationText(explanation, output.colors))
  return explanation.outcome === 'valid' ? 0 : 1
}

function explanationText(explanation: TokenExplanation, colors: Colors): string {
  const { outcome, notification, claims, problems, notes } = explanation
  const paint = outcome === 'valid' ? colors.green : colors.red
  const against = notification === null ? '' : `  compared with notification ${notification}`
  // What a claim says stands with the claim; the rest is about the token as a whole.
  const others = problems.filter((problem) => !claims.some(({ says }) => says === problem))
  return [
    `${colors.bold(paint(outcome))}${against}`,
    ...others.map((problem) => colors.yellow(`  ${visible(problem)}`)),
    ...claims.map((claim) => claimText(claim, colors)),
    ...notes.map((note) => `\n${visible(note)}`),
  ].join('\n')
}

function claimText({ claim, value, expected, verdict, says }: ClaimVerdict, colors: Colors): string {
  const wanted =
    verdict === 'wrong' && expected !== null ? [`    ${colors.dim('expected')} ${visible(expected)}`] : []
  return [
    `  ${markedClaim({ claim, verdict }, colors)} ${visible(valueText(value))}`,
    `    ${visible(says)}`,
    ...wanted,
  ].join('\n')
}

/** A signature is long and says nothing to a person. */
const longestValue = 100

function valueText(value: unknown): string {
  const whole = typeof value === 'string' ? value : JSON.stringify(value)
  return whole.length > longestValue ? `${whole.slice(0, longestValue)}…` : whole
}
