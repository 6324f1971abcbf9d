/** The cases of `fic-dev check`: what Fatture in Cloud sends, what trips receivers, what nobody may get away with. */

import type { VerificationMethod } from '../contract/vocabulary.ts'
import { eventTypePrefix, welcomeType } from '../fic/event-types.ts'
import type { CheckCase } from './case.ts'
import { writeChallenge, writeEvent, type EventOptions } from './request.ts'
import {
  byStranger,
  expired,
  forAnotherSink,
  ofAnotherCompany,
  ofAnotherNotification,
  unsigned,
  withoutAlgorithm,
  withPublicKeyAsSecret,
  type Sign,
} from './tokens.ts'

const manyIds = Array.from({ length: 200 }, (_, index) => 3_062_300 + index)

const lostVerification =
  'A failed verification uses one of five attempts. The next attempt is possible after 10 minutes, and no event is sent until one succeeds.'

const onlyIfStructured =
  'With the binary mapping Fatture in Cloud never sends it: --skip structured if your subscription is binary.'

/** In the order in which they are sent. */
export const checkCases: readonly CheckCase[] = [
  challenge('challenge-header', 'the challenge in a header', 'header', lostVerification),
  challenge(
    'challenge-query',
    'the challenge in the query',
    'query',
    `Fatture in Cloud sends it with verification_method "query". ${lostVerification}`,
  ),
  unwantedChallenge('challenge-unsigned', 'a challenge without a token', unsigned),
  unwantedChallenge('challenge-forged', 'a challenge signed with another key', byStranger),

  event('binary', 'one id, binary mapping', {}, 'This is what every event looks like by default.'),
  event(
    'structured',
    'structured, as application/cloudevents+json',
    { mapping: 'structured' },
    onlyIfStructured,
  ),
  event(
    'structured-json',
    'structured, as application/json',
    { mapping: 'structured', contentType: 'application/json' },
    `The documentation shows both content types. ${onlyIfStructured}`,
  ),
  event(
    'welcome',
    'the welcome, with no ids in its list',
    { type: welcomeType, ids: [] },
    'It is among the first messages of every subscription, so its expiration would begin on the first day.',
  ),
  event(
    'welcome-no-data',
    'the welcome, with no list of ids at all',
    { type: welcomeType, body: '{"data":{}}' },
    'The body of a welcome is not documented.',
  ),
  event('many-ids', '200 ids in one notification', { ids: manyIds }, 'An import from Excel gives as many.'),
  event(
    'string-ids',
    'ids that are strings',
    { type: `${eventTypePrefix}cashbook.create`, ids: ['8a51-2', '17'] },
    'The ids of the cashbook are strings in the description of the API.',
  ),
  event(
    'unknown-type',
    'an event type that does not exist yet',
    { type: `${eventTypePrefix}something_new.create` },
    'New types have come before, and a group type brings them into your subscription.',
  ),
  {
    ...event(
      'twin',
      'the same notification twice',
      {},
      'Delivery is "at least once": the second is no mistake.',
    ),
    async write(world) {
      const request = await writeEvent(world)
      return [request, request]
    },
  },
  {
    ...event(
      'percent-encoded',
      'percent-encoded ce- headers',
      { percentEncoded: true },
      'CloudEvents allows it over HTTP, although no sample of Fatture in Cloud shows it.',
    ),
    severity: 'careless',
  },

  intruder(
    'forged',
    'signed with another key',
    byStranger,
    'wrong',
    'Any sender that knows the URL can send false notifications to your app. Check the token with the public key.',
  ),
  intruder(
    'no-token',
    'no token at all',
    unsigned,
    'wrong',
    'Any sender that knows the URL can send false notifications to your app. Require the Authorization header.',
  ),
  intruder(
    'no-algorithm',
    'a token with algorithm "none"',
    withoutAlgorithm,
    'wrong',
    'Such a token needs no key. Allow ES256 only.',
  ),
  intruder(
    'other-algorithm',
    'HS256, with the public key as the secret',
    withPublicKeyAsSecret,
    'wrong',
    'The public key is known, so any sender can sign like this. Allow ES256 only.',
  ),
  intruder(
    'expired',
    'a token that expired an hour ago',
    expired,
    'wrong',
    'A token that leaks, from a log for example, would be valid forever. Check exp.',
  ),
  intruder(
    'foreign-sink',
    'a token meant for another sink (aud)',
    forAnotherSink,
    'wrong',
    'Any other subscriber gets tokens with the right key, and could forward them to you. Check aud.',
  ),
  intruder(
    'foreign-id',
    'a token of another notification (jti)',
    ofAnotherNotification,
    'careless',
    'The token covers no part of the body, so a valid token can be sent with another notification. Compare jti with the id.',
  ),
  intruder(
    'foreign-company',
    'a token of another company (sub)',
    ofAnotherCompany,
    'careless',
    'The token covers no part of the body: one company could speak for another. Compare sub with the subject.',
  ),
]

function challenge(name: string, title: string, by: VerificationMethod, why: string): CheckCase {
  return {
    name,
    title,
    expects: 'challenge',
    severity: 'wrong',
    why,
    write: async (world) => [await writeChallenge(world, by)],
  }
}

function unwantedChallenge(name: string, title: string, sign: Sign): CheckCase {
  return {
    name,
    title,
    expects: 'no-challenge',
    severity: 'careless',
    why: 'A stranger could point another subscription at your app. A challenge is signed like every notification.',
    write: async (world) => [await writeChallenge(world, 'header', sign)],
  }
}

function event(name: string, title: string, options: EventOptions, why: string): CheckCase {
  return {
    name,
    title,
    expects: 'delivery',
    severity: 'wrong',
    why,
    write: async (world) => [await writeEvent(world, options)],
  }
}

function intruder(
  name: string,
  title: string,
  sign: Sign,
  severity: CheckCase['severity'],
  why: string,
): CheckCase {
  return {
    name,
    title,
    expects: 'refusal',
    severity,
    why,
    write: async (world) => [await writeEvent(world, { sign })],
  }
}
