/** Readers of what stands after the flags of single commands. */

import { InvalidArgumentError } from 'commander'
import { isFollowerName } from '../share/subject.ts'
import { readTime, timeForms } from '../store/filter/time.ts'

/** A whole number above zero. */
export function readCount(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It is not a whole number above zero.')
  }
  return value
}

export function readPort(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('It is not a port from 0 to 65535.')
  return value
}

/** A name among the followers of a stream. */
export function readFollowerName(text: string): string {
  if (!isFollowerName(text)) throw new InvalidArgumentError('It is not 1 to 40 letters, digits and hyphens.')
  return text
}

/** A time in seconds, fractions allowed, up to an hour; gives milliseconds. */
export function readSeconds(text: string): number {
  const value = Number(text)
  if (!/^\d+(?:\.\d+)?$/.test(text) || value <= 0 || value > 3600) {
    throw new InvalidArgumentError('It is not a number of seconds above zero.')
  }
  return value * 1000
}

/** The same, with 0 for no limit. */
export function readLimit(text: string): number {
  return Number(text) === 0 && text !== '' ? 0 : readSeconds(text)
}

/** `a,b` and repeated flags: the words in order. To be collected. */
export function readWords(text: string, previous: string[] | undefined): string[] {
  const words = text.split(',').map((word) => word.trim())
  return [...(previous ?? []), ...words.filter((word) => word !== '')]
}

/** `1,2,abc`: numbers where they are such, as Fatture in Cloud uses both (docs/protocol.md#9-the-resource-behind-an-id). */
export function readIds(text: string): (number | string)[] {
  const ids = text.split(',').map((id) => id.trim())
  return ids.filter((id) => id !== '').map((id) => (isWholeNumber(id) ? Number(id) : id))
}

function isWholeNumber(text: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))
}

/** A time as in a filter; returns an ISO time in UTC. */
export function readMoment(text: string): string {
  const time = readTime(text.trim(), new Date())
  if (time === null) throw new InvalidArgumentError(`It is not ${timeForms}.`)
  return time.toISOString()
}

/** `name:value` sets a header, `name:` alone removes it. To be collected. */
export function readHeader(
  text: string,
  previous: Record<string, string | null> | undefined,
): Record<string, string | null> {
  const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError('It is not of the form name:value.')
  return { ...previous, [name]: value ? value.trim() : null }
}
