/** Reads `forwardTo` and the headers that go with deliveries. */

import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { ForwardRule } from '../contract/api.ts'
import { readUrl, showUrl } from '../http/url.ts'
import { FicDevError } from '../errors.ts'
import { isNot, isPlainObject, show, splitList, unknownMembers } from './kinds.ts'
import type { Kind, Reading, Wrong } from './kinds.ts'

/** One URL, one rule, or a list of both; in text `<url>` or `<types>=<url>`, separated by spaces. */
export const forwardToKind: Kind<ForwardRule[]> = {
  fromText(texts) {
    const entries = texts.flatMap((text) => text.split(/\s+/)).filter((entry) => entry !== '')
    return combine(entries.map((entry) => readRule(splitTypes(entry), '')))
  },
  fromFile(value) {
    if (Array.isArray(value)) return combine(value.map((entry, index) => readRule(entry, `[${index}]`)))
    return combine([readRule(value, '')])
  },
}

/**
 * The targets that a command or a request names, each written as after `--forward-to`.
 * @throws FicDevError CONFIG_INVALID
 */
export function readTargets(words: readonly string[]): ForwardRule[] {
  const reading = forwardToKind.fromText(words, '')
  const wrong =
    'wrong' in reading ? reading.wrong : reading.value.length === 0 ? [{ path: '', says: 'is empty' }] : []
  if ('value' in reading && wrong.length === 0) return reading.value
  const problems = wrong.map(({ path, says }) => `A target${path.replace('.', ': ')} ${says}.`)
  throw new FicDevError('CONFIG_INVALID', problems.join(' '), {
    hint: 'Example: fic-dev forward http://localhost:3000/webhooks',
  })
}

/** A target as it is written after `--forward-to`. */
export function toTargetText({ types, url }: Pick<ForwardRule, 'types' | 'url'>): string {
  return types.length === 0 ? url : `${types.join(',')}=${url}`
}

/** `entities.*=http://localhost:3000/clients`: the types stand before the first `=`, where no URL has begun. */
function splitTypes(entry: string): unknown {
  const match = /^([\w.,*]+)=(.+)$/.exec(entry)
  return match ? { types: match[1], url: match[2] } : entry
}

function readRule(value: unknown, at: string): Reading<ForwardRule> {
  if (typeof value === 'string') return readRule({ url: value }, at)
  if (!isPlainObject(value)) return isNot(value, 'a URL or { types, url, headers }', at)
  const where = (member: string) => (Object.keys(value).length === 1 && at === '' ? at : `${at}.${member}`)
  const url = readTargetUrl(value['url'], where('url'))
  const types = readTypes(value['types'], `${at}.types`)
  const headers = readHeaders(value['headers'] ?? {}, `${at}.headers`)
  const wrong = [
    ...unknownMembers(value, ['types', 'url', 'headers'], at),
    ...('wrong' in url ? url.wrong : []),
    ...('wrong' in types ? types.wrong : []),
    ...('wrong' in headers ? headers.wrong : []),
  ]
  if ('wrong' in url || 'wrong' in types || 'wrong' in headers || wrong.length > 0) return { wrong }
  return { value: { types: types.value, url: url.value, headers: headers.value } }
}

function readTargetUrl(value: unknown, at: string): Reading<string> {
  if (typeof value !== 'string') return isNot(value, 'an http(s) URL', at)
  const reading = readUrl(value.trim())
  if ('url' in reading) return { value: reading.url.href }
  const problem = reading.isList ? severalTargets : reading.problem
  return { wrong: [{ path: at, says: `is ${showUrl(value)}, which ${problem}` }] }
}

/** A comma may be part of a URL, so it can't separate two of them. */
const severalTargets =
  'contains several URLs. Use -f once for each, spaces between them in FIC_DEV_FORWARD_TO and after "fic-dev forward", or a list in the config file'

function readTypes(value: unknown, at: string): Reading<string[]> {
  if (value === undefined) return { value: [] }
  const types = typeof value === 'string' ? splitList(value) : value
  const right = Array.isArray(types) && types.every((type) => typeof type === 'string' && isTypeName(type))
  return right ? { value: types } : isNot(value, 'a list of event types', at)
}

/** Whether a text can be an event type at all. Which types exist is open (docs/protocol.md#6-event-types-and-scopes). */
export function isTypeName(text: string): boolean {
  return /^(?:[a-z\d_]+\.)*(?:[a-z\d_]+|\*)$/i.test(text) || /^[a-z\d_.]+\*$/i.test(text)
}

function combine(readings: Reading<ForwardRule>[]): Reading<ForwardRule[]> {
  const wrong = readings.flatMap((reading) => ('wrong' in reading ? reading.wrong : []))
  if (wrong.length > 0) return { wrong }
  return { value: readings.flatMap((reading) => ('value' in reading ? [reading.value] : [])) }
}

/** `name: value` as text, an object in the file. */
export const headersKind: Kind<Record<string, string>> = {
  fromText(texts) {
    const lines = texts.flatMap((text) => text.split(/\r?\n/)).filter((line) => line.trim() !== '')
    const wrong = lines.flatMap((line) =>
      line.includes(':') ? [] : isNot(line, 'of the form name:value').wrong,
    )
    if (wrong.length > 0) return { wrong }
    const pairs = lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    })
    return readHeaders(Object.fromEntries(pairs), '')
  },
  fromFile: (value) => readHeaders(value, ''),
}

function readHeaders(value: unknown, at: string): Reading<Record<string, string>> {
  if (!isPlainObject(value)) return isNot(value, 'an object of header names and values', at)
  const wrong: Wrong[] = []
  const headers: Record<string, string> = {}
  for (const [name, content] of Object.entries(value)) {
    if (typeof content === 'string' && isHeader(name, content)) headers[name.toLowerCase()] = content
    // The value may be a secret: only the name is told.
    else
      wrong.push({
        path: at,
        says: `has ${show(name)}, which cannot be sent as an HTTP header with its value`,
      })
  }
  return wrong.length > 0 ? { wrong } : { value: headers }
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
