/** The log on stderr: lines for people, or as they are for `--json`. */

import type { DestinationStream } from 'pino'
import { isPlainObject } from '../../config/kinds.ts'
import { clock } from './lines.ts'
import type { Output } from '../output.ts'
import { visible, visibleJson } from './visible.ts'

/** A destination for pino. */
export function createLogLines(output: Output): DestinationStream {
  return {
    write: (line) => output.say(output.json ? visibleJson(line.trimEnd()) : toText(line, output.colors)),
  }
}

/** `10:12:01  warn  tunnel  lost the connection  attempt=2` */
function toText(line: string, colors: Output['colors']): string {
  const entry: unknown = JSON.parse(line)
  if (!isPlainObject(entry)) return visible(line)
  const { level, time, msg, part, ...facts } = entry
  const paint = level === 'error' ? colors.red : level === 'warn' ? colors.yellow : colors.dim
  const told = Object.entries(facts).map(([name, value]) => `${name}=${fact(value)}`)
  return [
    colors.dim(clock(String(time))),
    paint(String(level)),
    ...(typeof part === 'string' ? [visible(part)] : []),
    visible(String(msg ?? '')),
    ...told.map((text) => colors.dim(visible(text))),
  ].join('  ')
}

function fact(value: unknown): string {
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)
}
