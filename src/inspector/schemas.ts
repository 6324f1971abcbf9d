/** Pieces of what routes take: Fastify checks a request before a route sees it. */

import { Type, type Static, type TObject, type TProperties } from 'typebox'
import { mappings, views, type View } from '../contract/vocabulary.ts'

/** One of these words. */
export const choice = <Word extends string>(words: readonly Word[]) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words] })

/** These members and no others. */
export const closed = <Members extends TProperties>(members: Members) =>
  Type.Object(members, { additionalProperties: false })

/** The body of a request of the contract: does not compile if its members are not exactly those of `Request`. */
export const bodyOf =
  <Request>() =>
  <Members extends TProperties>(members: Agreed<Members, Request>) =>
    closed<Members>(members)

type Agreed<Members extends TProperties, Request> =
  IsSame<Flat<Static<TObject<Members>>>, Flat<Request>> extends true ? Members : never
type Flat<Type> = { [Name in keyof Type]: Type[Name] }
/** Compares optional members and member types as well, which assignability does not. */
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const largest = Number.MAX_SAFE_INTEGER

/**
 * Ids of resources. A larger number has lost digits by now, so it must be a string. Not a union: Fastify converts what it
 * checks, and would make the first member, a number, of the id "0012".
 */
export const ids = Type.Array(
  Type.Unsafe<number | string>({ type: ['integer', 'string'], minimum: -largest, maximum: largest }),
)
export const mapping = choice(mappings)
export const view = Type.Unsafe<View>({ ...choice(views), default: 'full' })

export const SeqParams = Type.Object({ seq: Type.Integer({ minimum: 1 }) })
