/** `fic-dev env`: what the app needs to accept notifications on this machine, as environment variables. */

import { Option } from 'commander'
import type { AppEnvironment } from '../../contract/api.ts'
import { connect } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { demandWritable } from '../out-file.ts'
import { readVariables, saveVariables } from '../project-files.ts'
import { visible } from '../terminal/visible.ts'

interface Options {
  write?: string
}

export const envCommand = defineCommand<Options>({
  name: 'env',
  group: 'Your app',
  summary: 'print the keys, audiences and API address that your app needs',
  description:
    'Print what your app needs to accept notifications on this machine, one NAME=value per line: FIC_PUBLIC_KEYS, FIC_AUDIENCES, FIC_API_BASE.',
  options: [new Option('--write <file>', 'set the variables in this file, for example .env.local')],
  settings: [
    'forwardTo',
    'emulator',
    'publicKey',
    'publicUrl',
    'tunnel',
    'sinkPort',
    'emulatorPort',
    'apiBase',
  ],
  details: `
The start of fic-dev decides the address of its sink, which is the audience of notifications. Before a start, --write adds
to the variables that are in the file. An app reads its environment when it starts, so restart it.`,
  examples: [
    ['fic-dev env --write .env.local', 'beside a running fic-dev'],
    ['fic-dev env --emulator -f localhost:3000/webhooks', 'before the first start with the emulator'],
    ['fic-dev env --json', 'one JSON object'],
  ],
  run,
})

async function run({ options, config, output }: Invocation<Options>): Promise<void> {
  if (options.write !== undefined) await demandWritable(options.write, '--write')
  const client = await connect({ config, output }, { creates: true })
  const environment = await client.request<AppEnvironment>('GET', '/api/env')
  const variables = toVariables(environment)
  if (options.write !== undefined) {
    const isWhole = environment.undecided === null
    const before = isWhole ? {} : await readVariables(process.cwd(), options.write)
    const merged = keepDecided(before, variables)
    await saveVariables(process.cwd(), options.write, merged)
    output.say(`Written to ${visible(options.write)}: ${Object.keys(merged).join(', ')}.`)
  }
  if (output.json) output.object({ ...environment, variables })
  else if (options.write === undefined) {
    for (const [name, value] of Object.entries(variables)) output.line(`${name}=${value}`)
  }
  for (const { label } of environment.publicKeys) output.say(output.colors.dim(`key: ${label}`))
  if (environment.undecided !== null) output.say(output.colors.yellow(environment.undecided))
}

/** What an earlier start has decided stays in the file: without the sink, an app that works would refuse everything. */
function keepDecided(
  before: Readonly<NodeJS.Dict<string>>,
  variables: Record<string, string>,
): Record<string, string> {
  const join = (name: string) => {
    const words = `${before[name] ?? ''},${variables[name] ?? ''}`.split(',').filter((word) => word !== '')
    return [...new Set(words)].join(',')
  }
  return {
    FIC_PUBLIC_KEYS: join('FIC_PUBLIC_KEYS'),
    FIC_AUDIENCES: join('FIC_AUDIENCES'),
    FIC_API_BASE: before['FIC_API_BASE'] || (variables['FIC_API_BASE'] ?? ''),
  }
}

function toVariables({ publicKeys, audiences, apiBase }: AppEnvironment): Record<string, string> {
  return {
    FIC_PUBLIC_KEYS: publicKeys.map(({ base64 }) => base64).join(','),
    FIC_AUDIENCES: audiences.join(','),
    FIC_API_BASE: apiBase,
  }
}
