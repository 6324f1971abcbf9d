/** Changes the text of a filter by a press: a term set, taken away, or put in the place of another. Pure. */

/** A word, or a field with a quoted value, as the filter language has them (src/store/filter/language.ts). */
const words = /-?(?:\p{L}+:)?(?:"(?:[^"\\]|\\[\s\S])*"?|\S+)/gu

function splitTerms(text: string): string[] {
  return text.match(words) ?? []
}

export function hasTerm(text: string, term: string): boolean {
  return splitTerms(text).includes(term)
}

/** Takes the term away when it is there, else sets it in the place of others of its field. */
export function toggleTerm(text: string, term: string): string {
  return hasTerm(text, term) ? withoutTerm(text, term) : setTerm(text, term)
}

export function setTerm(text: string, term: string): string {
  const field = term.slice(0, term.indexOf(':') + 1)
  return [...splitTerms(text).filter((each) => !each.startsWith(field)), term].join(' ')
}

function withoutTerm(text: string, term: string): string {
  return splitTerms(text)
    .filter((each) => each !== term)
    .join(' ')
}
