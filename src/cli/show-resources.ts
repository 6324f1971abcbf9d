/** The resources behind the ids of a notification, for the terminal. Pure. */

import type { ResourceEntry, ResourcesAnswer } from '../contract/api.ts'
import { clock } from './terminal/lines.ts'
import type { Colors } from './output.ts'
import { visible, visibleLines } from './terminal/visible.ts'

export function resourcesText(answer: ResourcesAnswer, colors: Colors): string {
  const { seq, items, total, nextOffset, rateLimits, retryAt } = answer
  const limits = Object.entries(rateLimits).map(([name, value]) => `${name} ${visible(value)}`)
  return [
    `\n${colors.bold('Resources')}`,
    ...(total === 0 ? ['  The notification names no ids.'] : []),
    ...items.map((item) => entryText(item, colors)),
    ...(nextOffset === null
      ? []
      : [`  ${total - nextOffset} more ids: fic-dev show ${seq} --resources --offset ${nextOffset}`]),
    ...(retryAt === null
      ? []
      : [colors.yellow(`  Fatture in Cloud wants no request before ${clock(retryAt)}.`)]),
    ...(limits.length === 0 ? [] : [colors.dim(`  ${limits.join(', ')}`)]),
  ].join('\n')
}

function entryText({ id, outcome, path, data, says }: ResourceEntry, colors: Colors): string {
  const paint = outcome === 'found' ? colors.green : outcome === 'deleted' ? colors.dim : colors.yellow
  const where = path === null ? '' : `  ${visible(path)}`
  const head = `  ${visible(String(id))}  ${paint(outcome)}${where}  ${visible(says)}`
  if (data === null) return head
  const body = visibleLines(JSON.stringify(data, null, 2)).replaceAll(/^/gm, '    ')
  return `${head}\n${body}`
}
