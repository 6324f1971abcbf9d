/** Makes text from outside safe to print: what could steer a terminal is shown as a symbol (docs/threats-proven.md, S11). */

// Control characters, and marks that do not show or that change the direction of text.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Text for one line: control characters as `␛`, `␊`, …, invisible marks as `\u202e`. */
export function visible(text: string): string {
  return text.replaceAll(unprintable, toSymbol)
}

/** Text of several lines: line feeds and tabs stay, everything else as `visible`. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(visible).join('\t'))
    .join('\n')
}

/** One line of JSON; escapes what JSON leaves alone but a terminal may take as a command. Loses nothing. */
export function toJsonLine(value: unknown): string {
  return visibleJson(JSON.stringify(value))
}

/** The same for a line that is JSON already. */
export function visibleJson(line: string): string {
  return line.replaceAll(unprintable, toEscape)
}

function toSymbol(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x24_00 + code)
  return code === 0x7f ? '␡' : toEscape(character)
}

/** A character beyond 16 bits is two units, as in JSON. */
function toEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
