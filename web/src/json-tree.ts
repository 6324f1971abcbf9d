/** Reads JSON text into a tree for reading, with every number, string and doubled member as it was written. */

import type { TokenKind } from './json-tokens.ts'

export type JsonNode =
  | { kind: 'scalar'; token: TokenKind; text: string }
  | { kind: 'object'; members: { key: string; value: JsonNode }[] }
  | { kind: 'array'; items: JsonNode[] }

/** Deeper than this nobody reads, and a hostile body would exhaust the stack. */
const deepest = 60

const pattern = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g

/** `null` when the text is not JSON, or nested too deep. */
export function readJsonTree(text: string): JsonNode | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const parts = (text.match(pattern) ?? []).filter((part) => part !== ',' && part !== ':')
  let at = 0
  const next = () => parts[at++] ?? ''

  function read(depth: number): JsonNode | null {
    if (depth > deepest) return null
    const part = next()
    if (part === '[') return readArray(depth)
    if (part === '{') return readObject(depth)
    const token = part.startsWith('"') ? 'string' : /^[-\d]/.test(part) ? 'number' : 'word'
    return { kind: 'scalar', token, text: part }
  }

  function readArray(depth: number): JsonNode | null {
    const items: JsonNode[] = []
    while (parts[at] !== ']') {
      const item = read(depth + 1)
      if (item === null) return null
      items.push(item)
    }
    at += 1
    return { kind: 'array', items }
  }

  function readObject(depth: number): JsonNode | null {
    const members: { key: string; value: JsonNode }[] = []
    while (parts[at] !== '}') {
      const key = next()
      const value = read(depth + 1)
      if (value === null) return null
      members.push({ key, value })
    }
    at += 1
    return { kind: 'object', members }
  }

  return read(0)
}
