/** Lays JSON text out for reading without parsing it into values: numbers, escapes and doubled members stay as they were sent. */

export type TokenKind = 'key' | 'string' | 'number' | 'word' | 'mark' | 'space'

export interface Token {
  kind: TokenKind
  text: string
}

const pattern = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g

/** The tokens of the text with new lines and indents between them; `null` when it is not JSON. */
export function layOutJson(text: string): Token[] | null {
  if (!isJson(text)) return null
  const raw = text.match(pattern) ?? []
  const tokens: Token[] = []
  let depth = 0
  raw.forEach((part, index) => {
    const next = raw[index + 1]
    if ((part === '}' || part === ']') && !isOpening(raw[index - 1])) tokens.push(newLine((depth -= 1)))
    tokens.push({ kind: kindOf(part, next), text: part })
    if (part === ',') tokens.push(newLine(depth))
    if (part === ':') tokens.push({ kind: 'space', text: ' ' })
    if (isOpening(part) && !isClosing(next)) tokens.push(newLine((depth += 1)))
  })
  return tokens
}

/** The same as one text. */
export function layOutText(text: string): string | null {
  return layOutJson(text)?.reduce((laid, token) => laid + token.text, '') ?? null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function kindOf(part: string, next: string | undefined): TokenKind {
  if (part.startsWith('"')) return next === ':' ? 'key' : 'string'
  if (/^[-\d]/.test(part)) return 'number'
  return /^[a-z]/.test(part) ? 'word' : 'mark'
}

function isOpening(part: string | undefined): boolean {
  return part === '{' || part === '['
}

function isClosing(part: string | undefined): boolean {
  return part === '}' || part === ']'
}

function newLine(depth: number): Token {
  return { kind: 'space', text: `\n${'  '.repeat(depth)}` }
}
