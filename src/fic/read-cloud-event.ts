/** Reads the CloudEvent of a POST in either mapping: which mapping it is, and its attributes (docs/protocol.md#4-notifications). */

import type { CloudEventAttributes, HeaderPair } from '../contract/notification.ts'
import type { Mapping } from '../contract/vocabulary.ts'
import { readHeaderValue } from './header-value.ts'
import { quote } from './quote.ts'

export interface CloudEventReading {
  mapping: Mapping | null
  /** `null` when there is neither an id nor a type. Attributes that are missing are empty strings. */
  cloudEvent: CloudEventAttributes | null
  problems: string[]
}

export const attributeNames = ['id', 'type', 'source', 'subject', 'time', 'specversion'] as const
type AttributeName = (typeof attributeNames)[number]

interface Attributes {
  values: Record<AttributeName, string>
  problems: string[]
}

/** `body` is the parsed JSON, `undefined` where there is none. */
export function readCloudEvent(headers: readonly HeaderPair[], body: unknown): CloudEventReading {
  const { mapping, problems } = findMapping(headers, body)
  if (mapping === null) return { mapping, cloudEvent: null, problems }
  const { values, problems: readProblems } =
    mapping === 'binary' ? attributesOfHeaders(headers) : attributesOfBody(body)
  const isCloudEvent = values.id !== '' || values.type !== ''
  return {
    mapping,
    cloudEvent: isCloudEvent ? values : null,
    problems: [...problems, ...readProblems, ...judgeAttributes(values)],
  }
}

/** By what is there rather than by the content type: the documentation shows structured ones under both. */
function findMapping(
  headers: readonly HeaderPair[],
  body: unknown,
): { mapping: Mapping | null; problems: string[] } {
  const mediaType = mediaTypeOf(headers)
  const inHeaders = headers.some(([name]) => /^ce-/i.test(name))
  const inBody = memberOf(body, 'specversion') !== undefined
  if (mediaType.startsWith('application/cloudevents-batch')) {
    return {
      mapping: null,
      problems: ['This is a batch of CloudEvents, which Fatture in Cloud never sends.'],
    }
  }
  if (mediaType.startsWith('application/cloudevents')) {
    if (inHeaders && !inBody) {
      return {
        mapping: 'binary',
        problems: [
          `The content type ${quote(mediaType)} promises a structured body; the attributes are in headers.`,
        ],
      }
    }
    const problems = inHeaders ? ['There are ce- headers beside a structured body; the body counts.'] : []
    return { mapping: 'structured', problems }
  }
  if (inHeaders) return { mapping: 'binary', problems: [] }
  if (inBody) return { mapping: 'structured', problems: [] }
  return {
    mapping: null,
    problems: ['No CloudEvent: there are no ce- headers, and no specversion in the body.'],
  }
}

function mediaTypeOf(headers: readonly HeaderPair[]): string {
  const value = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  return (value.split(';')[0] ?? '').trim().toLowerCase()
}

function attributesOfHeaders(headers: readonly HeaderPair[]): Attributes {
  const problems: string[] = []
  const read = (name: AttributeName): string => {
    const found = headers.filter(([header]) => header.toLowerCase() === `ce-${name}`)
    if (found.length > 1) problems.push(`The header ce-${name} came ${found.length} times; the first counts.`)
    const value = found[0]?.[1] ?? ''
    const attribute = readHeaderValue(value)
    if (attribute === null) problems.push(`The header ce-${name} is not UTF-8: ${quote(value)}.`)
    return attribute ?? value
  }
  return { values: toAttributes(read), problems }
}

function attributesOfBody(body: unknown): Attributes {
  const problems: string[] = []
  const read = (name: AttributeName): string => {
    const value = memberOf(body, name)
    if (typeof value === 'string') return value
    if (value !== undefined) problems.push(`The attribute ${name} is ${quote(value)}, not a string.`)
    return ''
  }
  return { values: toAttributes(read), problems }
}

function toAttributes(read: (name: AttributeName) => string): Record<AttributeName, string> {
  return {
    id: read('id'),
    type: read('type'),
    source: read('source'),
    subject: read('subject'),
    time: read('time'),
    specversion: read('specversion'),
  }
}

function judgeAttributes(values: Record<AttributeName, string>): string[] {
  const problems = attributeNames
    .filter((name) => values[name] === '')
    .map((name) => `The attribute ${name} is missing.`)
  if (values.specversion !== '' && values.specversion !== '1.0') {
    problems.push(`The specversion is ${quote(values.specversion)}, not "1.0".`)
  }
  if (values.time !== '' && !isTime(values.time)) {
    problems.push(`The time ${quote(values.time)} is not of the form of RFC 3339.`)
  }
  return problems
}

function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) &&
    !Number.isNaN(Date.parse(text.toUpperCase()))
  )
}

/** A member of a JSON object; `undefined` for everything else. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
