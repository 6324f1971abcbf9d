/** Finds what differs between two texts line by line, and between two lists of headers name by name. Pure. */

import type { HeaderPair } from '../../src/contract/notification.ts'

/** `changed` has both sides, `removed` only the left, `added` only the right. */
export interface LineDifference {
  kind: 'same' | 'changed' | 'removed' | 'added'
  left: string | null
  right: string | null
}

/** A table of this many cells is what a page fills without a pause; beyond it the texts differ as a whole. */
const mostCells = 4_000_000

/** Every line of both texts once, in order. */
export function compareLines(left: string, right: string): LineDifference[] {
  const [a, b] = [left.split('\n'), right.split('\n')]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1

  const same = (lines: string[]) =>
    lines.map((line): LineDifference => ({ kind: 'same', left: line, right: line }))
  return [
    ...same(a.slice(0, start)),
    ...compareMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(end === 0 ? [] : a.slice(-end)),
  ]
}

/** Lines between two that stay are paired in their order. */
function compareMiddle(a: string[], b: string[]): LineDifference[] {
  const rows: LineDifference[] = []
  let [atA, atB] = [0, 0]
  for (const [keptA, keptB] of [...commonLines(a, b), [a.length, b.length] as const]) {
    const [gone, came] = [a.slice(atA, keptA), b.slice(atB, keptB)]
    for (let index = 0; index < Math.max(gone.length, came.length); index++) {
      const [left = null, right = null] = [gone[index], came[index]]
      rows.push({ kind: left === null ? 'added' : right === null ? 'removed' : 'changed', left, right })
    }
    const line = a[keptA]
    if (line !== undefined) rows.push({ kind: 'same', left: line, right: line })
    ;[atA, atB] = [keptA + 1, keptB + 1]
  }
  return rows
}

/** The places of a longest common subsequence. */
function commonLines(a: string[], b: string[]): (readonly [number, number])[] {
  if (a.length * b.length > mostCells) return []
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const common: (readonly [number, number])[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) common.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1
    else j += 1
  }
  return common
}

/** One name on both sides; several values of one name stand below each other. */
export interface HeaderDifference extends LineDifference {
  name: string
}

/** In the order of the left side, then what only the right side has. Case of names does not matter. */
export function compareHeaders(left: HeaderPair[], right: HeaderPair[]): HeaderDifference[] {
  const [a, b] = [byName(left), byName(right)]
  const names = new Map([...right, ...left].map(([name]) => [name.toLowerCase(), name]))
  return [...new Set([...a.keys(), ...b.keys()])].map((key) => {
    const [mine = null, theirs = null] = [a.get(key), b.get(key)]
    const kind = mine === null ? 'added' : theirs === null ? 'removed' : mine === theirs ? 'same' : 'changed'
    return { name: names.get(key) ?? key, kind, left: mine, right: theirs }
  })
}

function byName(headers: HeaderPair[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    const known = values.get(key)
    values.set(key, known === undefined ? value : `${known}\n${value}`)
  }
  return values
}

/** Where two versions of a line differ: what they begin and end with alike is left out. */
export function compareText(
  left: string,
  right: string,
): { start: number; leftEnd: number; rightEnd: number } {
  const [a, b] = [[...left], [...right]]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const lengthOf = (characters: string[], to: number) => characters.slice(0, to).join('').length
  return {
    start: lengthOf(a, start),
    leftEnd: lengthOf(a, a.length - end),
    rightEnd: lengthOf(b, b.length - end),
  }
}
