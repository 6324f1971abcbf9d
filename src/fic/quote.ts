/** Puts a value from outside into a sentence of ours: short, on one line, nothing hidden in it. */

const longest = 80

/** Controls, and what changes the direction of text or cannot be seen; JSON leaves these as they are. */
const unseen = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** A string in quotation marks, cut after 80 characters; a list or object only by its name, however deep it is. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return quoteText(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

function quoteText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return JSON.stringify(cut).replace(unseen, toEscape)
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
