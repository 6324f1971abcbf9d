/** Reads ids as a person types them. */

/** Whole numbers become numbers, as Fatture in Cloud sends them; anything else stays a string, as cashbook ids are. */
export function readIds(text: string): (number | string)[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : part))
}
