/** Quotes a text for a POSIX shell. */

/** Single quotes keep everything as it is, but for the quote itself. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
