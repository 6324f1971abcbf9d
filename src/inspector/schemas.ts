/** What the private API takes: checked by Fastify before a route sees it, and read into types. */

import { Type } from 'typebox'
import {
  exportFormats,
  mappings,
  notificationKinds,
  outcomes,
  replaySignatures,
  signatureOutcomes,
  verificationMethods,
  views,
  type View,
} from '../contract/vocabulary.ts'

/** One of these words. */
export const choice = <Word extends string>(words: readonly Word[]) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words] })
const time = Type.String({ format: 'date-time' })
// Not a union: Fastify converts what it checks, and would make the first member, a number, of the id "0012".
// A larger number has lost digits by now, so it must come as a string.
const largest = Number.MAX_SAFE_INTEGER
const ids = Type.Array(
  Type.Unsafe<number | string>({ type: ['integer', 'string'], minimum: -largest, maximum: largest }),
)
const headers = Type.Record(Type.String(), Type.Unsafe<string | null>({ type: ['string', 'null'] }))
const mapping = choice(mappings)
const view = Type.Unsafe<View>({ ...choice(views), default: 'full' })

export const SeqParams = Type.Object({ seq: Type.Integer({ minimum: 1 }) })

export const NotificationQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    before: Type.Optional(Type.Integer()),
    after: Type.Optional(Type.Integer()),
    q: Type.Optional(Type.String()),
    kind: Type.Optional(choice(notificationKinds)),
    type: Type.Optional(Type.String()),
    signature: Type.Optional(choice(signatureOutcomes)),
    delivery: Type.Optional(choice(outcomes)),
    since: Type.Optional(time),
    until: Type.Optional(time),
    view,
  },
  { additionalProperties: false },
)

export const HistogramQuery = Type.Object(
  {
    minutes: Type.Integer({ minimum: 1, maximum: 1440, default: 60 }),
    q: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

export const ReplayBody = Type.Object(
  {
    to: Type.Optional(Type.String()),
    sign: Type.Optional(choice(replaySignatures)),
    mapping: Type.Optional(mapping),
    type: Type.Optional(Type.String({ minLength: 1 })),
    body: Type.Optional(Type.String()),
    headers: Type.Optional(headers),
    ids: Type.Optional(ids),
  },
  { additionalProperties: false },
)

export const TriggerBody = Type.Object(
  {
    type: Type.String({ minLength: 1 }),
    ids: Type.Optional(ids),
    company: Type.Optional(Type.Integer()),
    mapping: Type.Optional(mapping),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  { additionalProperties: false },
)

export const TargetsBody = Type.Object(
  { targets: Type.Array(Type.String({ minLength: 1, maxLength: 4_000 }), { maxItems: 100 }) },
  { additionalProperties: false },
)

export const StreamQuery = Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })), view })

export const ExportQuery = Type.Object(
  {
    format: choice(exportFormats),
    /** Replaces what names a company, a person, a record, a host or a secret. */
    redact: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
)

export const ImportQuery = Type.Object(
  {
    /** Only counts what would be imported. */
    trial: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
)

export const FixturesQuery = Type.Object(
  {
    /** An event type or group type, short or long; a `*` at the end stands for any rest. */
    type: Type.String({ minLength: 1, default: '*' }),
    tokens: Type.Unsafe<'replace' | 'keep'>({ ...choice(['replace', 'keep']), default: 'replace' }),
  },
  { additionalProperties: false },
)

export const SubscriptionParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

const verificationMethod = choice(verificationMethods)
const subscriptionMembers = {
  sink: Type.Optional(Type.String({ minLength: 1 })),
  types: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  mapping: Type.Optional(mapping),
  verificationMethod: Type.Optional(verificationMethod),
}
const anothers = Type.Optional(Type.Boolean())

export const SubscriptionCreationBody = Type.Object(subscriptionMembers, { additionalProperties: false })

export const SubscriptionUpdateBody = Type.Object(
  { ...subscriptionMembers, anothers },
  { additionalProperties: false },
)

export const SubscriptionVerificationBody = Type.Object(
  { verificationMethod: Type.Optional(verificationMethod), anothers },
  { additionalProperties: false },
)

export const SubscriptionRemovalQuery = Type.Object({ anothers }, { additionalProperties: false })

export const TokenBody = Type.Object(
  {
    token: Type.Optional(Type.String({ minLength: 1 })),
    notification: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
)

export const ResourcesQuery = Type.Object(
  { offset: Type.Integer({ minimum: 0, default: 0 }) },
  { additionalProperties: false },
)
