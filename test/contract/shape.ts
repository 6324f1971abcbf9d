/** Describes JSON by its members, so that ids, times, ports, durations and sentences can differ between runs. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** A line per member, such as `delivery.status: null | number`; a `?` marks a member that some of the objects lack. */
export function shapeOf(values: readonly Json[], path = ''): string[] {
  const items = values.flatMap((value) => (Array.isArray(value) ? value : []))
  const objects = values.filter(isObject)
  const names = new Set(objects.flatMap((object) => Object.keys(object)))
  return [
    `${path || '.'}: ${[...new Set(values.map((value) => typeOf(value, path)))].toSorted().join(' | ')}`,
    ...(items.length === 0 ? [] : shapeOf(items, `${path}[]`)),
    ...[...names].toSorted().flatMap((name) => {
      const having = objects.filter((object) => Object.hasOwn(object, name))
      const isOptional = having.length < objects.length
      const member = `${path === '' ? '' : `${path}.`}${name}${isOptional ? '?' : ''}`
      return shapeOf(
        having.map((object) => object[name] as Json),
        member,
      )
    }),
  ]
}

/** A word of a fixed vocabulary, such as `"delivered"`, is part of the contract; other text is `string`. */
const word = /^([a-z]{2,20}(-[a-z]{1,20}){0,3}|[A-Z][A-Z_]+)$/

function typeOf(value: Json, path: string): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  // Pairs are headers: their words are those of HTTP clients.
  const isWord = typeof value === 'string' && word.test(value) && !path.endsWith('[][]')
  return isWord ? JSON.stringify(value) : typeof value
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
