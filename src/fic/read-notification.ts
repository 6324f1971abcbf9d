/** Reads what came to the sink: its kind, its mapping, what it is about, and what is odd about it. Never throws. */

import type { CloudEventAttributes, HeaderPair } from '../contract/notification.ts'
import type { Mapping, NotificationKind } from '../contract/vocabulary.ts'
import { childrenOf, findValue, textIn } from '../json-text.ts'
import { readBearerToken } from './bearer-token.ts'
import { readChallenge } from './challenge.ts'
import { findEventType, welcomeType } from './event-types.ts'
import { quote } from './quote.ts'
import { memberOf, readCloudEvent } from './read-cloud-event.ts'

export interface RawRequest {
  method: string
  /** With the query, as received. */
  path: string
  /** Node's flat list: name, value, name, value, … */
  rawHeaders: readonly string[]
  body: Buffer
}

export interface ReadNotification {
  kind: NotificationKind
  mapping: Mapping | null
  eventType: string | null
  /** The id in the subject `company:<id>`. */
  company: number | null
  ids: (number | string)[]
  /** `null` when there is neither an id nor a type. Attributes that are missing are empty strings. */
  cloudEvent: CloudEventAttributes | null
  /** Of a verification; `null` when it cannot be answered. */
  challenge: string | null
  /** Of `Authorization: Bearer`, not checked yet. */
  token: string | null
  problems: string[]
}

type Content = Omit<ReadNotification, 'token'>

/** The value and problems of any request at all. */
export function readNotification(request: RawRequest): ReadNotification {
  const headers = toHeaderPairs(request.rawHeaders)
  const { token, problems } = readBearerToken(headers)
  const content = readContent(request, headers)
  return { ...content, token, problems: [...content.problems, ...problems] }
}

/** Header names and values in pairs; case, order and repetitions kept. */
export function toHeaderPairs(rawHeaders: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  }
  return pairs
}

/** The body as text, a byte order mark included; `null` when it is not UTF-8. */
export function textOf(body: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return null
  }
}

function readContent(request: RawRequest, headers: HeaderPair[]): Content {
  if (request.method === 'GET') return readVerification(request.path, headers)
  if (request.method === 'POST') return readPost(headers, request.body)
  return { ...nothing, problems: [`Fatture in Cloud uses GET and POST, not ${quote(request.method)}.`] }
}

const nothing: Content = {
  kind: 'unknown',
  mapping: null,
  eventType: null,
  company: null,
  ids: [],
  cloudEvent: null,
  challenge: null,
  problems: [],
}

function readVerification(path: string, headers: HeaderPair[]): Content {
  const reading = readChallenge(headers, path)
  if (reading === null) {
    return { ...nothing, problems: ['This GET has no challenge, neither in a header nor in the query.'] }
  }
  if (!reading.usable) return { ...nothing, kind: 'verification', problems: [reading.problem] }
  return { ...nothing, kind: 'verification', challenge: reading.challenge }
}

function readPost(headers: HeaderPair[], bytes: Buffer): Content {
  const body = readBody(bytes)
  const { mapping, cloudEvent, problems } = readCloudEvent(headers, body.json)
  const eventType = cloudEvent?.type || null
  const kind = kindOf(eventType)
  const { ids, problems: idProblems } = readIds(body)
  const { company, problems: companyProblems } = readCompany(cloudEvent?.subject ?? '')
  return {
    ...nothing,
    kind,
    mapping,
    eventType,
    company,
    ids,
    cloudEvent,
    problems: [
      // The body of a welcome is nowhere shown (docs/protocol.md#3-welcome): it may well be empty.
      ...(body.state === 'empty' && kind === 'welcome' ? [] : body.problems),
      ...problems,
      ...(eventType !== null && kind === 'event' ? judgeType(eventType) : []),
      ...companyProblems,
      ...idProblems,
      ...(kind === 'event' && body.state === 'json' && ids.length === 0 && idProblems.length === 0
        ? ['There are no ids at data.ids of the body.']
        : []),
    ],
  }
}

function kindOf(eventType: string | null): NotificationKind {
  if (eventType === null) return 'unknown'
  return eventType === welcomeType ? 'welcome' : 'event'
}

interface BodyReading {
  state: 'json' | 'empty' | 'unreadable'
  text: string
  json: unknown
  problems: string[]
}

function readBody(bytes: Buffer): BodyReading {
  if (bytes.length === 0)
    return { state: 'empty', text: '', json: undefined, problems: ['The body is empty.'] }
  const text = textOf(bytes)
  if (text === null) {
    return { state: 'unreadable', text: '', json: undefined, problems: ['The body is not UTF-8.'] }
  }
  try {
    return { state: 'json', text, json: JSON.parse(text), problems: [] }
  } catch {
    return { state: 'unreadable', text, json: undefined, problems: ['The body is not JSON.'] }
  }
}

/** An unknown type is kept like any other: the lists of Fatture in Cloud disagree among themselves (docs/protocol.md#6-event-types-and-scopes). */
function judgeType(eventType: string): string[] {
  // findEventType takes short names as well, which nobody may send.
  if (findEventType(eventType)?.type === eventType) return []
  return [`The event type ${quote(eventType)} is not among those that Fatture in Cloud documents.`]
}

function readCompany(subject: string): { company: number | null; problems: string[] } {
  // A missing subject is told with the other attributes.
  if (subject === '') return { company: null, problems: [] }
  const company = Number(/^company:(\d+)$/.exec(subject)?.[1] ?? Number.NaN)
  if (Number.isSafeInteger(company)) return { company, problems: [] }
  return { company: null, problems: [`The subject is ${quote(subject)}, not "company:<id>".`] }
}

/**
 * At `data.ids` of the HTTP body in both mappings (docs/protocol.md#4-notifications). A whole number that JavaScript cannot hold is
 * returned as a string of its digits. Odd entries are reported together: a body can hold thousands.
 */
function readIds({ json, text }: BodyReading): { ids: (number | string)[]; problems: string[] } {
  const list = memberOf(memberOf(json, 'data'), 'ids')
  if (list === undefined || list === null) return { ids: [], problems: [] }
  if (!Array.isArray(list)) return { ids: [], problems: [`data.ids is ${quote(list)}, not a list.`] }
  const entries: unknown[] = list
  if (entries.every(isId)) return { ids: entries, problems: [] }
  const written = readTexts(text, entries.length)
  const exact = entries.map((entry, index) => (isId(entry) ? entry : toDigits(written[index])))
  const ids = exact.filter((id) => id !== null)
  const odd = entries.length - ids.length
  if (odd === 0) return { ids, problems: [] }
  const at = exact.indexOf(null)
  const first =
    typeof entries[at] === 'number' ? (written[at]?.slice(0, 80) ?? quote(entries[at])) : quote(entries[at])
  return {
    ids,
    problems: [
      odd === 1
        ? `One entry of data.ids is neither a string nor a whole number: ${first}.`
        : `${odd} entries of data.ids are neither strings nor whole numbers; the first of them: ${first}.`,
    ],
  }
}

/** The entries of `data.ids` as they are written; none if they cannot be told apart. */
function readTexts(text: string, count: number): string[] {
  const list = findValue(text, ['data', 'ids'])
  const texts = list === null ? [] : childrenOf(text, list).map(({ value }) => textIn(text, value))
  return texts.length === count ? texts : []
}

function toDigits(written: string | undefined): string | null {
  return written !== undefined && /^-?\d+$/.test(written) ? written : null
}

function isId(entry: unknown): entry is number | string {
  return typeof entry === 'string' || Number.isSafeInteger(entry)
}
