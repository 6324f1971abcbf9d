/** Readers of one value: from text (flag, environment) or from the config file, to a value or problems in words. */

import path from 'node:path'
import { readUrl, showUrl } from '../http/url.ts'
import { didYouMean } from './spelling.ts'

/** What is wrong: completes the sentence `<name of the setting><path> <says>.` */
export interface Wrong {
  /** Where inside the value: `[1].url`; empty for the value itself. */
  path: string
  says: string
}

export type Reading<Value> = { value: Value } | { wrong: Wrong[] }

export interface Kind<Value> {
  /** A flag can be given several times: the texts in order. Relative paths are meant from `folder`. */
  fromText(texts: readonly string[], folder: string): Reading<Value>
  fromFile(value: unknown, folder: string): Reading<Value>
  /** The words that it takes, if they are few; for completion. */
  words?: readonly string[]
}

/** `is <value>, which is <not what was wanted>`. */
export function isNot(value: unknown, wanted: string, at = ''): { wrong: Wrong[] } {
  return { wrong: [{ path: at, says: `is ${show(value)}, which is not ${wanted}` }] }
}

/** A value as a person would write it, without a password of a URL, and short enough for a sentence. */
export function show(value: unknown): string {
  const text = toText(value, 0)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const deepest = 3

/** As JSON, with what JSON has no form for. */
function toText(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return /:\S*@/.test(value) ? showUrl(value) : JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return 'a function'
    case 'object':
      return toObjectText(value, depth)
    default:
      return String(value)
  }
}

function toObjectText(value: object | null, depth: number): string {
  if (value === null) return 'null'
  if (value instanceof Date)
    return isNaN(value.getTime()) ? 'an invalid date' : `the date ${value.toISOString()}`
  if (!Array.isArray(value) && !isPlainObject(value))
    return `an object of the class ${value.constructor.name}`
  if (depth === deepest) return '…'
  if (Array.isArray(value)) return `[${value.map((item) => toText(item, depth + 1)).join(',')}]`
  const members = Object.entries(value).map(([key, item]) => `"${key}":${toText(item, depth + 1)}`)
  return `{${members.join(',')}}`
}

/** Something written as one text; `read` gives `null` when it is not what is wanted. */
export function textKind<Value>(wanted: string, read: (text: string) => Value | null): Kind<Value> {
  const fromOne = (text: string): Reading<Value> => {
    const value = read(text.trim())
    return value === null ? isNot(text, wanted) : { value }
  }
  return {
    fromText: (texts) => fromOne(texts.at(-1) ?? ''),
    fromFile: (value) => (typeof value === 'string' ? fromOne(value) : isNot(value, wanted)),
  }
}

/** One of a few words. */
export function choiceKind<Choice extends string>(choices: readonly Choice[]): Kind<Choice> {
  const wanted = `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`
  return { ...textKind(wanted, (text) => choices.find((choice) => choice === text) ?? null), words: choices }
}

const yes = new Set(['true', '1', 'yes', 'on'])
const no = new Set(['false', '0', 'no', 'off'])

/** `true` or `false`; in the environment also 1/0, yes/no, on/off. */
export const toggleKind: Kind<boolean> = {
  fromText(texts) {
    const text = texts.at(-1)?.trim().toLowerCase() ?? ''
    if (yes.has(text)) return { value: true }
    if (no.has(text)) return { value: false }
    return isNot(texts.at(-1), 'true or false')
  },
  fromFile: (value) => (typeof value === 'boolean' ? { value } : isNot(value, 'true or false')),
}

/** A whole number between two bounds, both included. */
export function wholeNumberKind(least: number, most: number): Kind<number> {
  const wanted = `a whole number from ${least} to ${most}`
  const check = (value: unknown, shown: unknown): Reading<number> =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? { value }
      : isNot(shown, wanted)
  return {
    fromText: (texts) => {
      const text = texts.at(-1)?.trim() ?? ''
      return check(/^\d+$/.test(text) ? Number(text) : null, text)
    },
    fromFile: (value) => check(value, value),
  }
}

/** The same reader, with its value put into another form. */
export function mapKind<From, To>(kind: Kind<From>, to: (value: From) => To): Kind<To> {
  const map = (reading: Reading<From>): Reading<To> =>
    'wrong' in reading ? reading : { value: to(reading.value) }
  return {
    ...kind,
    fromText: (texts, folder) => map(kind.fromText(texts, folder)),
    fromFile: (value, folder) => map(kind.fromFile(value, folder)),
  }
}

/** Words in a list: separated by commas in text, one or an array in the file. `check` says what is wrong with one. */
export function listKind(
  wanted: string,
  words: readonly string[],
  check: (item: string) => string | null,
): Kind<string[]> {
  const checkAll = (items: readonly unknown[], indexed: boolean): Reading<string[]> => {
    const wrong = items.flatMap((item, index): Wrong[] => {
      const says = typeof item === 'string' ? check(item) : `is ${show(item)}, which is not ${wanted}`
      return says === null ? [] : [{ path: indexed ? `[${index}]` : '', says }]
    })
    if (wrong.length > 0) return { wrong }
    return { value: [...new Set(items.filter((item) => typeof item === 'string'))] }
  }
  return {
    words,
    fromText: (texts) => checkAll(texts.flatMap(splitList), false),
    fromFile: (value) => {
      if (Array.isArray(value)) return checkAll(value, true)
      return typeof value === 'string'
        ? checkAll(splitList(value), false)
        : isNot(value, `a list of ${wanted}s`)
    },
  }
}

/** The parts of a comma list, trimmed; empty ones are left out. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** A path, made absolute. */
export const pathKind: Kind<string> = {
  fromText: (texts, folder) => readPath(texts.at(-1), folder),
  fromFile: readPath,
}

function readPath(value: unknown, folder: string): Reading<string> {
  if (typeof value !== 'string' || value.trim() === '') return isNot(value, 'a path')
  return { value: path.resolve(folder, value) }
}

/**
 * An http(s) URL; the value is its text without a slash at the end. `withoutCredentials` completes the sentence about a
 * URL with a user name or password.
 */
export function urlKind(withoutCredentials: string): Kind<string> {
  return {
    fromText: (texts) => readUrlText(texts.at(-1) ?? '', withoutCredentials),
    fromFile: (value) =>
      typeof value === 'string' ? readUrlText(value, withoutCredentials) : isNot(value, 'an http(s) URL'),
  }
}

function readUrlText(text: string, withoutCredentials: string): Reading<string> {
  const reading = readUrl(text.trim(), withoutCredentials)
  return 'url' in reading
    ? { value: reading.url.href.replace(/\/+$/, '') }
    : { wrong: [{ path: '', says: `is ${showUrl(text)}, which ${reading.problem}` }] }
}

/**
 * The address that leads to the sink: an http(s) URL with a path or without. What the sink's own path could not follow is
 * refused. The value has no slash at the end.
 */
export const publicUrlKind: Kind<string> = {
  fromText: (texts) => readPublicUrl(texts.at(-1) ?? ''),
  fromFile: (value) => (typeof value === 'string' ? readPublicUrl(value) : isNot(value, 'an http(s) URL')),
}

function readPublicUrl(text: string): Reading<string> {
  const given = text.trim()
  const says = (problem: string): Reading<string> => ({
    wrong: [{ path: '', says: `is ${showUrl(given)}, which ${problem}` }],
  })
  if (/^(?:https?:\/\/)?[^/?#]*@/i.test(given)) {
    return says('has a user name or password in it; Fatture in Cloud has to reach the sink without them')
  }
  if (given.includes('#')) return says('has a fragment (#…); no request carries one. Leave it out')
  if (given.includes('?'))
    return says("has a query (?…); the sink's secret path follows the URL. Leave it out")
  const reading = readUrl(given)
  if ('problem' in reading) return says(reading.problem)
  const { origin, pathname } = reading.url
  return { value: origin + pathname.replace(/\/+$/, '') }
}

/** Members that an object must not have, each with what was probably meant. */
export function unknownMembers(value: object, known: readonly string[], at = ''): Wrong[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: at, says: `has no member "${key}".${didYouMean(key, known)}` }))
}

/** Neither a list nor a date, a promise or another object that Node has a class for. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return ['[object Object]', '[object Module]'].includes(Object.prototype.toString.call(value))
}
