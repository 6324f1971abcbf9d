/** Finds out which of the event types asked for made Fatture in Cloud refuse the whole request. Pure. */

import { FicDevError } from '../errors.ts'
import type { FicApiError } from '../fic-api/error.ts'
import { findEventType, toShortName } from '../fic/event-types.ts'

/**
 * A refusal for missing scopes, with the types to leave out as far as they can be known: the API's words are nowhere
 * documented, so they are searched for names of types and scopes. Other errors come back as they are.
 */
export function explainScopes(error: FicApiError, asked: readonly string[]): FicDevError {
  if (error.status !== 403 || error.ficCode === 'NO_PERMISSION' || error.isTemporary) return error
  const named = [...typesNamed(error, asked), ...typesOfScopes(wordsOf(error), asked)]
  const hint =
    named.length > 0
      ? `Leave out ${toList(named)}, or use a token with the scopes for them.`
      : `The token needs read permission on ${scopesOf(asked).join(', ')}. Give it those, or ask for fewer types with --types.`
  return new FicDevError('PERMISSION', error.message, { hint, cause: error })
}

/** The types that a refusal names as invalid, by their place in the list or by name. */
export function typesNamed(error: FicApiError, asked: readonly string[]): string[] {
  const places = new Set(
    Object.keys(error.validation).flatMap((member) => {
      const place = /types\.(\d+)/.exec(member)?.[1]
      return place === undefined ? [] : [asked[Number(place)]]
    }),
  )
  const words = wordsOf(error)
  return asked.filter(
    (type) => places.has(type) || holdsWord(words, type) || holdsWord(words, toShortName(type)),
  )
}

function typesOfScopes(words: string, asked: readonly string[]): string[] {
  return asked.filter((type) => findEventType(type)?.scopes.some((scope) => holdsWord(words, scope)))
}

function scopesOf(types: readonly string[]): string[] {
  return [...new Set(types.flatMap((type) => findEventType(type)?.scopes ?? []))].map((scope) => `${scope}:r`)
}

function wordsOf({ ficMessage, validation, details }: FicApiError): string {
  return [ficMessage, JSON.stringify(validation), JSON.stringify(details)].join(' ')
}

/** As a whole word: `receipts` is not in `issued_documents.receipts`, nor `products` in `products.stock_update`. */
function holdsWord(text: string, word: string): boolean {
  return new RegExp(`(?<![\\w.])${word.replaceAll('.', '\\.')}(?!\\w|\\.\\w)`).test(text)
}

function toList(types: readonly string[]): string {
  return [...new Set(types)].map(toShortName).join(', ')
}
