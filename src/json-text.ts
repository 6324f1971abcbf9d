/** JSON as text: where its values are, and edits that leave the rest as it was written. The text must be valid JSON. */

/** From `start` up to, but not including, `end`. */
export interface Span {
  start: number
  end: number
}

/** A member of an object, or an item of an array, which has no key. */
export interface Child {
  key: Span | null
  value: Span
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The whole value, without the white space around it. */
export function rootOf(text: string): Span {
  const start = text.length - text.trimStart().length
  return { start, end: text.trimEnd().length }
}

/** The members or items of the value in `span`, in order and with repetitions; none if it is neither object nor array. */
export function childrenOf(text: string, span: Span): Child[] {
  if (!/[{[]/.test(text.charAt(span.start))) return []
  const children: Child[] = []
  let depth = 0
  let start = 0
  let key: Span | null = null
  for (const part of tokensIn(text, { start: span.start + 1, end: span.end - 1 })) {
    const mark = text.charAt(part.start)
    if (depth === 0 && mark === ',') continue
    if (depth === 0 && mark === ':') {
      key = children.pop()?.value ?? null
      continue
    }
    if (depth === 0) start = part.start
    if (mark === '{' || mark === '[') depth += 1
    if (mark === '}' || mark === ']') depth -= 1
    if (depth > 0) continue
    children.push({ key, value: { start, end: part.end } })
    key = null
  }
  return children
}

/** The value at a path of member names. Of repeated members, the last one counts, as for `JSON.parse`. */
export function findValue(text: string, path: readonly string[], from = rootOf(text)): Span | null {
  const [name, ...rest] = path
  if (name === undefined) return from
  const found = childrenOf(text, from).findLast(({ key }) => key !== null && nameOf(text, key) === name)
  return found === undefined ? null : findValue(text, rest, found.value)
}

export function isObject(text: string, span: Span): boolean {
  return text.charAt(span.start) === '{'
}

export function isArray(text: string, span: Span): boolean {
  return text.charAt(span.start) === '['
}

export function textIn(text: string, { start, end }: Span): string {
  return text.slice(start, end)
}

/** The name of a member, without quotes and escapes. */
export function nameOf(text: string, key: Span): string {
  return String(JSON.parse(textIn(text, key)))
}

function replaceIn(text: string, { start, end }: Span, by: string): string {
  return text.slice(0, start) + by + text.slice(end)
}

/** Replaces the value of a member, or adds the member at the end. `json` is JSON text. */
export function setMember(text: string, object: Span, name: string, json: string): string {
  const found = findValue(text, [name], object)
  return found === null ? addMembers(text, object, [[name, json]], 'end') : replaceIn(text, found, json)
}

/** Adds members before or after the others, spaced like the first of them. The values are JSON text. */
export function addMembers(
  text: string,
  object: Span,
  members: readonly (readonly [name: string, json: string])[],
  place: 'start' | 'end',
): string {
  const children = childrenOf(text, object)
  const [first] = children
  const inner = object.start + 1
  if (first?.key == null) {
    const written = members.map(([name, json]) => `${JSON.stringify(name)}:${json}`)
    return replaceIn(text, { start: inner, end: object.end - 1 }, written.join(','))
  }
  const lead = text.slice(inner, first.key.start)
  const colon = text.slice(first.key.end, first.value.start)
  const written = members.map(([name, json]) => `${lead}${JSON.stringify(name)}${colon}${json}`)
  if (place === 'start') {
    return replaceIn(text, { start: inner, end: inner }, written.map((member) => `${member},`).join(''))
  }
  const end = children.at(-1)?.value.end ?? inner
  return replaceIn(text, { start: end, end }, written.map((member) => `,${member}`).join(''))
}

/** Leaves out members of an object; the others keep the white space before them. */
export function removeMembers(text: string, object: Span, isRemoved: (child: Child) => boolean): string {
  const children = childrenOf(text, object)
  const kept = children.flatMap((child, index) => {
    if (isRemoved(child)) return []
    const before = children[index - 1]?.value.end ?? object.start + 1
    return [text.slice(before, child.value.end)]
  })
  const [first = '', ...others] = kept
  const inner = { start: object.start + 1, end: children.at(-1)?.value.end ?? object.start + 1 }
  return replaceIn(text, inner, first.replace(/^\s*,/, '') + others.join(''))
}

/** Replaces the items of an array; items that are kept in their place keep the white space around them. */
export function setItems(text: string, array: Span, items: readonly string[]): string {
  const old = childrenOf(text, array).map(({ value }) => value)
  const [first, second] = old
  const last = old.at(-1)
  const inner = array.start + 1
  if (first === undefined || last === undefined || items.length === 0) {
    return replaceIn(text, { start: inner, end: array.end - 1 }, items.join(','))
  }
  const separator = second ? text.slice(first.end, second.start) : `,${text.slice(inner, first.start)}`
  const written = items.map((item, index) => {
    const before = old[index - 1]
    const own = old[index]
    const lead = before && own ? text.slice(before.end, own.start) : index === 0 ? '' : separator
    return lead + item
  })
  return replaceIn(text, { start: first.start, end: last.end }, written.join(''))
}

/** A line for each member and item. Numbers, escapes and repeated members stay as they were written. */
export function layOut(text: string): string {
  const parts = tokensIn(text, rootOf(text)).map((span) => textIn(text, span))
  let depth = 0
  const newLine = () => `\n${'  '.repeat(depth)}`
  const laid = parts.map((part, index) => {
    const isEmpty = /^[{[]$/.test(parts[index - 1] ?? '')
    if (part === '}' || part === ']') {
      depth -= 1
      return isEmpty ? part : newLine() + part
    }
    if (part === ',' || part === ':') return part === ',' ? part + newLine() : ': '
    if (part !== '{' && part !== '[') return part
    depth += 1
    return /^[}\]]$/.test(parts[index + 1] ?? '') ? part : part + newLine()
  })
  return laid.join('')
}

function tokensIn(text: string, { start, end }: Span): Span[] {
  const spans: Span[] = []
  token.lastIndex = start
  for (let found = token.exec(text); found !== null && found.index < end; found = token.exec(text)) {
    spans.push({ start: found.index, end: token.lastIndex })
  }
  return spans
}
