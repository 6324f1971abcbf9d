/** Reads ids as a person types them. */

/**
 * An id of `known` stays what it is. Of the others, whole numbers become numbers, as Fatture in Cloud sends them; anything
 * else stays a string, as cashbook ids are. So do numbers beyond 2^53, which the daemon sends with their digits.
 */
export function readIds(text: string, known: readonly (number | string)[] = []): (number | string)[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => known.find((id) => String(id) === part) ?? toId(part))
}

function toId(text: string): number | string {
  return /^(?:0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text
}
