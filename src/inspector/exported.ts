/** Reads a line of an export back: text from outside → a capture with its deliveries, or what is wrong with it. */

import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { FicDevError, messageOf } from '../errors.ts'
import type { Delivery } from '../contract/notification.ts'
import type { Capture } from '../store/notifications.ts'
import {
  channels,
  claimVerdicts,
  mappings,
  notificationKinds,
  replaySignatures,
  signatureOutcomes,
  verdicts,
} from '../contract/vocabulary.ts'
import { choice } from './schemas.ts'

const Text = Type.Union([Type.String(), Type.Null()])
const Count = Type.Union([Type.Number(), Type.Null()])
const Headers = Type.Array(Type.Tuple([Type.String(), Type.String()]))
const Time = Type.String({ format: 'date-time' })

const Exported = Type.Object({
  version: Type.Literal(1),
  bodyBase64: Type.String(),
  notification: Type.Object({
    kind: choice(notificationKinds),
    receivedAt: Time,
    method: Type.String(),
    path: Type.String(),
    headers: Headers,
    mapping: Type.Union([choice(mappings), Type.Null()]),
    eventType: Text,
    company: Count,
    ids: Type.Array(Type.Union([Type.Number(), Type.String()])),
    cloudEvent: Type.Union([
      Type.Object({
        id: Type.String(),
        type: Type.String(),
        source: Type.String(),
        subject: Type.String(),
        time: Type.String(),
        specversion: Type.String(),
      }),
      Type.Null(),
    ]),
    signature: Type.Object({
      outcome: choice(signatureOutcomes),
      claims: Type.Array(
        Type.Object({
          claim: Type.String(),
          value: Type.Unknown(),
          expected: Text,
          verdict: choice(claimVerdicts),
          says: Type.String(),
        }),
      ),
      problems: Type.Array(Type.String()),
    }),
    answer: Type.Object({ status: Type.Integer(), body: Text }),
    problems: Type.Array(Type.String()),
    deliveries: Type.Array(
      Type.Object({
        // Version 0.1 exported none.
        channel: Type.Optional(choice(channels)),
        target: Type.String(),
        attempt: Type.Integer(),
        replay: Type.Boolean(),
        sign: choice(replaySignatures),
        startedAt: Time,
        durationMs: Count,
        status: Count,
        error: Text,
        // Version 0.1 exported none.
        errorCode: Type.Optional(Text),
        responseHeaders: Headers,
        responseBody: Text,
        verdict: choice(verdicts),
        sent: Type.Union([Type.Object({ headers: Headers, body: Type.String() }), Type.Null()]),
      }),
    ),
  }),
})

/** Compiled, because an import checks thousands. */
const validator = Compile(Exported)

export interface Imported {
  capture: Capture
  deliveries: Delivery[]
}

/**
 * @param line counted from 1, for the error
 * @throws FicDevError IMPORT_INVALID
 */
export function readExported(text: string, line: number): Imported {
  const { notification, bodyBase64 } = check(text, line)
  const { deliveries, receivedAt, ...rest } = notification
  return {
    // The schema has just been checked; the unions of words are the contract's own.
    capture: {
      ...rest,
      receivedAt: new Date(receivedAt),
      body: Buffer.from(bodyBase64, 'base64'),
    } as Capture,
    deliveries: deliveries as Delivery[],
  }
}

function check(text: string, line: number): Static<typeof Exported> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw invalid(line, messageOf(thrown), thrown)
  }
  if (validator.Check(value)) return withTrueTimes(value, line)
  const [first] = validator.Errors(value)
  throw invalid(line, first ? `${first.instancePath || 'the line'} ${first.message}` : 'it has another shape')
}

/** The format lets a leap second through, which is no time to JavaScript. */
function withTrueTimes(value: Static<typeof Exported>, line: number): Static<typeof Exported> {
  const { receivedAt, deliveries } = value.notification
  const times = [receivedAt, ...deliveries.map(({ startedAt }) => startedAt)]
  const wrong = times.find((time) => Number.isNaN(Date.parse(time)))
  if (wrong !== undefined) throw invalid(line, `"${wrong}" is not a time`)
  return value
}

function invalid(line: number, reason: string, cause?: unknown): FicDevError {
  return new FicDevError('IMPORT_INVALID', `Line ${line} is not an exported notification: ${reason}.`, {
    hint: 'Import takes what "fic-dev export --format ndjson" wrote. Lines before this one may already be in the store; importing again skips them.',
    cause,
  })
}
