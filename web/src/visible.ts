/** Finds the characters in text from outside that would hide, move or overwrite other text, so that a view can show them. */

/** Ordinary text, or one character that has no honest look of its own. */
export type Piece = { text: string } | { symbol: string; code: string }

/** Format characters: zero-width, bidirectional, invisible operators, tags. */
const hiddenRanges: [from: number, to: number][] = [
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe0fff],
]

const controls =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  )

/** `lines`: line breaks and tabs are layout there, not something to point at. */
export function toPieces(text: string, lines: boolean): Piece[] {
  const pieces: Piece[] = []
  let plain = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (!isHidden(code, lines)) {
      plain += character
      continue
    }
    if (plain) pieces.push({ text: plain })
    plain = ''
    pieces.push({ symbol: toSymbol(code), code: toCode(code) })
  }
  if (plain) pieces.push({ text: plain })
  return pieces
}

function isHidden(code: number, lines: boolean): boolean {
  if (code < 0x20) return !(lines && (code === 0x09 || code === 0x0a))
  return hiddenRanges.some(([from, to]) => code >= from && code <= to)
}

/** The old control characters have names; the others show their number. Pictures as ␛ are missing from many fonts. */
function toSymbol(code: number): string {
  return controls[code] ?? (code === 0x7f ? 'DEL' : toCode(code))
}

function toCode(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
