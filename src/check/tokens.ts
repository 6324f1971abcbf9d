/** The tokens that the cases carry: a right one, and one for each way in which a token can be wrong. */

import { createHmac } from 'node:crypto'
import type { CloudEventAttributes } from '../contract/notification.ts'
import { signNotification } from '../fic/signature/sign.ts'
import type { World } from './case.ts'

/** Gives the token for an event; `null` stands for none. */
export type Sign = (world: World, event: CloudEventAttributes) => Promise<string | null>

/** Longer than a token lives (docs/protocol.md#5-the-signature). */
const fourHoursMs = 4 * 60 * 60 * 1000

export const byDevKey: Sign = (world, event) =>
  signNotification(world.devKey.privateKey, claims(world, event))

export const byStranger: Sign = (world, event) => signNotification(world.strangerKey, claims(world, event))

export const expired: Sign = (world, event) =>
  byDevKey({ ...world, now: new Date(world.now.getTime() - fourHoursMs) }, event)

export const forAnotherSink: Sign = (world, event) =>
  byDevKey({ ...world, audience: 'https://another-app.example/webhooks' }, event)

export const ofAnotherNotification: Sign = (world, event) =>
  byDevKey(world, { ...event, id: '197:00000000-0000-4000-8000-000000000000' })

export const ofAnotherCompany: Sign = (world, event) =>
  byDevKey(world, { ...event, subject: `company:${world.company + 1}` })

export const unsigned: Sign = async () => null

/** RFC 7519 allows a token without a signature; a library that lets the token choose takes it. */
export const withoutAlgorithm: Sign = async (world, event) =>
  `${encode({ alg: 'none', typ: 'JWT' })}.${await payloadOf(world, event)}.`

/** The public key is public: whoever takes it for a shared secret lets everybody sign. */
export const withPublicKeyAsSecret: Sign = async (world, event) => {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${await payloadOf(world, event)}`
  return `${signed}.${createHmac('sha256', world.devKey.publicKey).update(signed).digest('base64url')}`
}

function claims({ audience, now }: World, { id, subject }: CloudEventAttributes) {
  return { id, subject, audience, now }
}

async function payloadOf(world: World, event: CloudEventAttributes): Promise<string> {
  return (await byDevKey(world, event))?.split('.')[1] ?? ''
}

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}
