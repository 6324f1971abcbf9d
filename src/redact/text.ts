/** Redacts texts of known form: URLs, JSON, subjects, sentences. What the form is made of stays. Pure. */

import { isJson } from '../json-text.ts'
import { isFicHost } from './fic-host.ts'
import type { Replacements } from './replacements.ts'

/** The scheme, the port and the names of query parameters stay; on this machine, the host too. */
export function redactUrl(text: string, replacements: Replacements): string {
  if (!URL.canParse(text)) return replacements.value(text)
  const url = new URL(text)
  if (url.host === '') return replacements.value(text)
  const isOfFic = isFicHost(url.hostname)
  const host = isOfFic ? url.hostname : replacements.host(url.hostname)
  const port = url.port === '' ? '' : `:${url.port}`
  const path = redactPath(url.pathname + url.search, replacements)
  return `${url.protocol}//${host}${port}${path === '/' && !/^[a-z]+:\/\/[^/]*\//i.test(text) ? '' : path}`
}

/** The path and query of a request: each segment and each value. */
export function redactPath(text: string, replacements: Replacements): string {
  const [path = '', query] = splitOnce(text, '?')
  const segments = path.split('/').map((segment) => replacements.value(segment))
  return segments.join('/') + (query === undefined ? '' : `?${redactQuery(query, replacements)}`)
}

function redactQuery(query: string, replacements: Replacements): string {
  return [...new URLSearchParams(query)]
    .map(
      ([name, value]) =>
        `${encodeURIComponent(redactName(name, replacements))}=${encodeURIComponent(replacements.value(value))}`,
    )
    .join('&')
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** A name of a member or parameter that a program may have given stays; a value used as a name does not. */
function redactName(name: string, replacements: Replacements): string {
  return /^[a-z_$][a-z_$-]{0,39}\d?$/i.test(name) ? name : replacements.value(name)
}

/** `company:<id>`. */
export function redactSubject(text: string, replacements: Replacements): string {
  const company = /^company:(\d+)$/.exec(text)?.[1]
  return company === undefined ? replacements.value(text) : `company:${replacements.value(company)}`
}

/** The types of Fatture in Cloud stay, so that filters work. */
export function redactType(text: string, replacements: Replacements): string {
  return /^it\.fattureincloud\.[a-z_.]+$/.test(text) ? text : replacements.value(text)
}

export function redactSource(text: string, replacements: Replacements): string {
  return URL.canParse(text) ? redactUrl(text, replacements) : replacements.value(text)
}

export function redactTime(text: string, replacements: Replacements): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : replacements.value(text)
}

export function redactVersion(text: string, replacements: Replacements): string {
  return /^\d\.\d$/.test(text) ? text : replacements.value(text)
}

/** The type and the charset. */
export function redactMediaType(text: string, replacements: Replacements): string {
  const [, type, charset] =
    /^([a-z]+\/[a-z.+-]+)(?:\s*;\s*charset=("?[a-z][\w-]{0,15}"?))?\s*(?:;|$)/i.exec(text) ?? []
  if (type === undefined || !/^(?:application|text|image|multipart|audio|video)\//i.test(type)) {
    return replacements.value(text)
  }
  return charset === undefined ? type : `${type}; charset=${charset}`
}

/** How a member of a CloudEvent in the structured mapping is redacted. */
const attributes = new Map<string, (text: string, replacements: Replacements) => string>(
  Object.entries({
    specversion: redactVersion,
    type: redactType,
    source: redactSource,
    subject: redactSubject,
    time: redactTime,
    datacontenttype: redactMediaType,
  }),
)

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * Every string and number of a JSON text; names of members, booleans, order and white space stay. A number is read as
 * text, so it may have any number of digits. `null` if the text is not JSON.
 */
function redactJson(text: string, replacements: Replacements): string | null {
  if (!isJson(text)) return null
  const stack: { isObject: boolean; name: string | null }[] = []
  return text.replace(token, (part) => {
    const top = stack.at(-1)
    if (part === '{' || part === '[') {
      stack.push({ isObject: part === '{', name: null })
      return part
    }
    if (part === '}' || part === ']') stack.pop()
    if (part === ',' && top?.isObject) top.name = null
    if (/^[{}[\],:]$|^(?:true|false|null)$/.test(part)) return part
    if (!part.startsWith('"')) return replacements.digits(part)
    const content: string = JSON.parse(part)
    if (top?.isObject && top.name === null) {
      top.name = content
      return JSON.stringify(redactName(content, replacements))
    }
    const attribute = stack.length === 1 && top?.name ? attributes.get(top.name) : undefined
    return JSON.stringify(redactScalar(content, replacements, attribute))
  })
}

function redactScalar(
  content: string,
  replacements: Replacements,
  attribute: ((text: string, replacements: Replacements) => string) | undefined,
): string {
  if (attribute) return attribute(content, replacements)
  if (/^company:\d+$/.test(content)) return redactSubject(content, replacements)
  return /^https?:\/\//i.test(content) ? redactUrl(content, replacements) : replacements.value(content)
}

/** Any value that was read from JSON. */
export function redactValue(value: unknown, replacements: Replacements): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? value : JSON.parse(redactJson(text, replacements) ?? 'null')
}

/** JSON keeps its form; anything else becomes a word. */
export function redactContent(text: string, replacements: Replacements): string {
  return redactJson(text, replacements) ?? replacements.value(text)
}

const inSentence = new RegExp(
  [
    String.raw`(?<time>\d{4}-\d\d-\d\dT[\d:.]+Z?)`,
    String.raw`(?<url>\b[a-z][a-z+.-]*:\/\/[^\s"'<>()]+)`,
    String.raw`(?<quoted>"[^"]*(?:"|$))`,
    String.raw`(?<email>[^\s"@:;,]+@[^\s"@:;,]+)`,
    String.raw`(?<company>\bcompany:\d+)`,
    // Tokens, keys, hashes, UUIDs: long, and of letters and digits.
    String.raw`(?<secret>\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}(?:\.[\w-]+)*)`,
    String.raw`(?<host>\b(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}\b)`,
    String.raw`(?<address>\b(?:\d{1,3}\.){3}\d{1,3}\b)`,
    String.raw`(?<digits>(?<![\w:])\d{4,}\b)`,
  ].join('|'),
  'gi',
)

/** Names of files and programs look like hosts. */
const fileName = /^(?:fic-dev|node)\b|\.(?:[cm]?[jt]s|json|md|pem|creds|env|local|log|sqlite|db|sh)$/i

/** A sentence for people: quoted values, URLs, hosts, numbers of four digits or more, and all known values. */
export function redactSentence(sentence: string, replacements: Replacements): string {
  const isLong = sentence.length > longestSentence
  const text = isLong ? `${sentence.slice(0, longestSentence)}…` : sentence
  const known = replacements.words()
  if (known.length === 0) return redactPart(text, replacements)
  const pattern = new RegExp(`(${known.map(toPattern).join('|')})`, 'gi')
  return text
    .split(pattern)
    .map((part, index) => (index % 2 === 1 ? replacements.found(part) : redactPart(part, replacements)))
    .join('')
}

/** The search takes time that grows with the square of the length. */
const longestSentence = 4_000

/** A number is not a part of another one. */
function toPattern(value: string): string {
  return /^\d+$/.test(value) ? `(?<!\\d)${value}(?!\\d)` : escape(value)
}

function escape(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
}

function redactPart(text: string, replacements: Replacements): string {
  return text.replaceAll(inSentence, (part: string, ...rest) => {
    const groups = rest.at(-1) as Record<string, string | undefined>
    if (groups['time'] !== undefined) return part
    if (groups['url'] !== undefined) {
      const [, url = '', end = ''] = /^(.*?)([.,;:!?]*)$/s.exec(part) ?? []
      return redactUrl(url, replacements) + end
    }
    if (groups['quoted'] !== undefined) return `"${replacements.value(part.replaceAll('"', ''))}"`
    if (groups['company'] !== undefined) return redactSubject(part, replacements)
    if (groups['host'] !== undefined && (fileName.test(part) || isFicHost(part))) return part
    if (groups['host'] !== undefined || groups['address'] !== undefined) return replacements.host(part)
    return replacements.value(part)
  })
}
