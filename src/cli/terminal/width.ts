/** How many columns of a terminal a text takes, and how much of it fits. Pure. */

import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'

/** Characters of East Asian width "ambiguous" that terminals draw in two columns all the same. */
const wide = /^[\u3248-\u324F]|^\p{Emoji_Presentation}/u
const narrow = /^[\u0020-\u007E\u00A0-\u024F\u2026\u2800-\u28FF]*$/
/** Marks that every terminal puts over the letter before; of others not all know. */
const unseen = /^[\u0300-\u036F]$/

/** In columns; escape codes take none. Where terminals differ, the wider of the two. */
export function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (narrow.test(plain)) return plain.length
  return [...plain].reduce((sum, character) => sum + widthOfOne(character), 0)
}

/** Plain text of so many columns at most, with `…` where some of it is left out. */
export function cutTo(text: string, columns: number): string {
  const plain = stripVTControlCharacters(text)
  if (widthOf(plain) <= columns) return plain
  let left = columns - 1
  const kept = graphemes(plain).filter((one) => (left -= widthOf(one)) >= 0)
  return columns < 1 ? '' : `${kept.join('')}…`
}

/** The parts that fit, those that come first before others; of the very first what fits. Parts may hold escape codes. */
export function fitParts(parts: readonly string[], separator: string, columns: number): string {
  const [first = '', ...rest] = parts
  let line = widthOf(first) <= columns ? first : cutTo(first, columns)
  for (const part of rest) {
    const longer = `${line}${separator}${part}`
    if (widthOf(longer) <= columns) line = longer
  }
  return line
}

function widthOfOne(character: string): number {
  if (unseen.test(character)) return 0
  return wide.test(character) || eastAsianWidth(character.codePointAt(0) ?? 0) === 2 ? 2 : 1
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}
