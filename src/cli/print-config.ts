/** `--print-config`: every setting with its value and where it comes from. */

import type { ReadConfig } from '../config/read-config.ts'
import { settingKeys } from '../config/settings.ts'
import { noteLine, type Output } from './output.ts'
import { visible } from './terminal/visible.ts'

export function printConfig({ config, sources, secrets, notes }: ReadConfig, output: Output): void {
  const rows = settingKeys.map((key) => ({ key, value: hideSecrets(config[key]), source: sources[key] }))
  if (output.json) {
    for (const row of rows) output.object(row)
    return
  }
  const width = Math.max(...rows.map(({ key }) => key.length))
  const values = rows.map(({ value }) => JSON.stringify(value))
  const valueWidth = Math.min(40, Math.max(...values.map((value) => value.length)))
  rows.forEach(({ key, source }, index) => {
    const value = visible(values[index] ?? '').padEnd(valueWidth)
    output.line(`${output.colors.bold(key.padEnd(width))}  ${value}  ${output.colors.dim(visible(source))}`)
  })
  output.say(`The access token is ${secrets.accessToken === null ? 'not set' : 'set'} (FIC_ACCESS_TOKEN).`)
  for (const note of notes) output.say(noteLine(note, output.colors))
}

/** Headers that people add for their own app may carry its secrets. */
function hideSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      /auth|cookie|token|secret|key|pass/i.test(name) && typeof member === 'string'
        ? '[hidden]'
        : hideSecrets(member),
    ]),
  )
}
