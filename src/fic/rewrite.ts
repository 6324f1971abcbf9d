/** Changes ids, type or mapping of a notification in its text, so that everything else stays as its sender wrote it. Pure. */

import type { HeaderPair } from '../contract/notification.ts'
import type { Mapping } from '../contract/vocabulary.ts'
import {
  addMembers,
  childrenOf,
  findValue,
  isArray,
  isJson,
  isObject,
  nameOf,
  removeMembers,
  rootOf,
  setItems,
  setMember,
  textIn,
  type Child,
} from '../json-text.ts'
import { readHeaderValue, toHeaderValue } from './header-value.ts'
import { textOf } from './read-notification.ts'

/** Headers and body of a notification; the body is neither compressed nor in another charset than UTF-8. */
export interface Message {
  headers: readonly HeaderPair[]
  body: Buffer
}

/** `null` if the body has no place for ids: it is not JSON, or no object. */
export function withIds(message: Message, ids: readonly (number | string)[]): Message | null {
  const written = toText(message.body)
  const text = written === '' ? '{"data":{}}' : written
  if (text === null || !isObject(text, rootOf(text))) return null
  const root = rootOf(text)
  const data = findValue(text, ['data'])
  const list = findValue(text, ['data', 'ids'])
  const captured =
    list && isArray(text, list) ? childrenOf(text, list).map(({ value }) => textIn(text, value)) : []
  const items = ids.map((id) => toIdText(id, captured))
  const json = `[${items.join(',')}]`
  const changed =
    list && isArray(text, list)
      ? setItems(text, list, items)
      : data && isObject(text, data)
        ? setMember(text, data, 'ids', json)
        : setMember(text, root, 'data', `{"ids":${json}}`)
  return { ...message, body: Buffer.from(changed) }
}

/** An id of the capture keeps its spelling. Digits that no JavaScript number can hold are written as a number. */
function toIdText(id: number | string, captured: readonly string[]): string {
  const known = captured.find((item) => JSON.parse(item) === id || (item === id && isLargeInteger(item)))
  if (known !== undefined) return known
  return typeof id === 'string' && isLargeInteger(id) ? id : JSON.stringify(id)
}

function isLargeInteger(text: string): boolean {
  return /^-?[1-9]\d*$/.test(text) && !Number.isSafeInteger(Number(text))
}

/** Replaces the type wherever it is: in the headers, and in the structured mapping in the body. */
export function withType({ headers, body }: Message, mapping: Mapping | null, type: string): Message {
  const value = toHeaderValue(type)
  const renamed = headers.map(([name, old]): HeaderPair => [name, isCalled(name, 'ce-type') ? value : old])
  const hasHeader = headers.some(([name]) => isCalled(name, 'ce-type'))
  const text = toText(body)
  if (mapping === 'structured' && text !== null) {
    return {
      headers: renamed,
      body: Buffer.from(setMember(text, rootOf(text), 'type', JSON.stringify(type))),
    }
  }
  return { headers: hasHeader ? renamed : [...renamed, ['ce-type', value]], body }
}

/** Moves the attributes, extensions too, between headers and body; `data` moves as it was written. */
export function inMapping(message: Message, mapping: Mapping): Message {
  return mapping === 'structured' ? toStructured(message) : toBinary(message)
}

function toStructured({ headers, body }: Message): Message {
  const contentType = headers.find(([name]) => isCalled(name, 'content-type'))?.[1]
  const attributes = attributesOf(headers)
  if (body.length > 0) attributes.set('datacontenttype', contentType ?? 'application/json')
  const moved = headers.filter(([name]) => !isAttributeHeader(name))
  return {
    headers: setContentType(moved, 'application/cloudevents+json'),
    body: Buffer.from(toEvent([...attributes], contentType, body)),
  }
}

/** By their names; of repeated headers, the first counts. */
function attributesOf(headers: readonly HeaderPair[]): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [header, value] of headers) {
    const name = header.toLowerCase().slice(3)
    if (isAttributeHeader(header) && !attributes.has(name)) {
      attributes.set(name, readHeaderValue(value) ?? value)
    }
  }
  return attributes
}

/**
 * In the binary mapping of Fatture in Cloud, the body has a member `data` of its own (docs/protocol.md#4-notifications), so the
 * attributes become members beside it. Any other body becomes `data` itself, as the CloudEvents format has it.
 */
function toEvent(attributes: readonly HeaderPair[], contentType: string | undefined, body: Buffer): string {
  const members = attributes.map(([name, value]) => [name, JSON.stringify(value)] as const)
  const text = toText(body)
  const plain = textOf(body)
  const event = (...data: (readonly [string, string])[]) =>
    addMembers('{}', { start: 0, end: 2 }, [...members, ...data], 'start')
  if (body.length === 0) return event()
  if (text !== null && findValue(text, ['data']) !== null) {
    const root = rootOf(text)
    const isTaken = childrenOf(text, root).some(
      ({ key }) => key && attributes.some(([name]) => name === nameOf(text, key)),
    )
    // The last of two members of one name counts, and these are the attributes that the signature is about.
    return addMembers(text, root, members, isTaken ? 'end' : 'start')
  }
  if (text !== null && isJsonType(contentType)) return event(['data', text.trim()])
  if (plain !== null && !isJsonType(contentType)) return event(['data', JSON.stringify(plain)])
  return event(['data_base64', JSON.stringify(body.toString('base64'))])
}

function toBinary({ headers, body }: Message): Message {
  const text = toText(body)
  if (text === null) return { headers, body }
  const root = rootOf(text)
  const valueOf = (name: string): unknown => {
    const found = findValue(text, [name], root)
    return found === null ? undefined : JSON.parse(textIn(text, found))
  }
  const [contentType, data, base64] = [valueOf('datacontenttype'), valueOf('data'), valueOf('data_base64')]
  const type = typeof contentType === 'string' ? contentType : undefined
  const own =
    data === undefined && typeof base64 === 'string'
      ? Buffer.from(base64, 'base64')
      : typeof data === 'string' && !isJsonType(type)
        ? Buffer.from(data)
        : null
  const attributes = new Map<string, string>()
  const isMoved = ({ key, value }: Child): boolean => {
    const name = key === null ? '' : nameOf(text, key)
    if (name === 'datacontenttype') return type !== undefined
    const written =
      toAttribute(name, textIn(text, value)) ?? (own && isAttributeName(name) ? textIn(text, value) : null)
    if (written === null) return false
    attributes.set(name, toHeaderValue(written))
    return true
  }
  const rest = removeMembers(text, root, isMoved)
  const isEmpty = childrenOf(rest, rootOf(rest)).length === 0
  const others = headers.filter(
    ([name]) => !attributes.has(name.toLowerCase().replace(/^ce-/, '')) || !isAttributeHeader(name),
  )
  return {
    headers: [
      ...setContentType(others, type ?? 'application/json'),
      ...[...attributes].map(([name, value]): HeaderPair => [`ce-${name}`, value]),
    ],
    body: own ?? Buffer.from(isEmpty ? '' : rest),
  }
}

/** Text for a header; `null` for what a header cannot carry, which stays in the body. */
function toAttribute(name: string, json: string): string | null {
  if (!isAttributeName(name)) return null
  if (json.startsWith('"')) return String(JSON.parse(json))
  return /^(?:true|false|-?\d+)$/.test(json) ? json : null
}

function isAttributeName(name: string): boolean {
  return /^[a-z0-9]+$/.test(name) && name !== 'data'
}

function isAttributeHeader(name: string): boolean {
  return /^ce-/i.test(name) && isAttributeName(name.toLowerCase().slice(3))
}

function setContentType(headers: readonly HeaderPair[], value: string): HeaderPair[] {
  if (!headers.some(([name]) => isCalled(name, 'content-type'))) return [...headers, ['content-type', value]]
  return headers.map(([name, old]) => [name, isCalled(name, 'content-type') ? value : old])
}

function isCalled(name: string, lower: string): boolean {
  return name.toLowerCase() === lower
}

/** Without a type, the data of a CloudEvent are JSON. */
function isJsonType(contentType: string | undefined): boolean {
  const [type = ''] = (contentType ?? 'application/json').split(';')
  return /^[^/]+\/(?:[^/]+\+)?json$/i.test(type.trim())
}

/** JSON text or an empty one; `null` for anything else. */
function toText(body: Buffer): string | null {
  const text = textOf(body)
  return text !== null && (text === '' || isJson(text)) ? text : null
}
