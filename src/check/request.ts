/** Writes the requests of the cases as Fatture in Cloud sends them (docs/protocol.md#2-verification, docs/protocol.md#4-notifications). */

import { randomUUID } from 'node:crypto'
import type { CloudEventAttributes, HeaderPair } from '../contract/notification.ts'
import type { Mapping, VerificationMethod } from '../contract/vocabulary.ts'
import { challengeName } from '../fic/challenge.ts'
import { toBinary, toStructured } from '../fic/mapping.ts'
import { sampleChallenge, type CheckRequest, type World } from './case.ts'
import { byDevKey, type Sign } from './tokens.ts'

export interface EventOptions {
  /** Binary when left out. */
  mapping?: Mapping
  /** In place of the mapping's own. */
  contentType?: string
  /** In full; the type that the app is meant to take when left out. */
  type?: string
  ids?: readonly (number | string)[]
  /** The whole body, in place of one with ids. */
  body?: string
  /** `ce-` headers with everything percent-encoded that may be. */
  percentEncoded?: true
  sign?: Sign
}

/** A notification as it goes over the wire. */
export async function writeEvent(world: World, options: EventOptions = {}): Promise<CheckRequest> {
  const cloudEvent = createEvent(world, options.type ?? world.eventType)
  const content = { cloudEvent, ids: options.ids ?? [3_062_300] }
  const written = options.mapping === 'structured' ? toStructured(content) : toBinary(content)
  const headers = written.headers.map(([name, value]): HeaderPair => {
    if (name === 'content-type') return [name, options.contentType ?? value]
    return [name, options.percentEncoded ? encodeURIComponent(value) : value]
  })
  const sign = options.sign ?? byDevKey
  const token = await sign(world, cloudEvent)
  return {
    method: 'POST',
    url: world.target,
    headers: toHeaders(world, headers, token, sign),
    body: Buffer.from(options.body ?? written.body),
  }
}

/** A verification. What its token says of id and subject is unknown (docs/protocol.md#2-verification), so it is what we would guess. */
export async function writeChallenge(
  world: World,
  by: VerificationMethod,
  sign: Sign = byDevKey,
): Promise<CheckRequest> {
  const token = await sign(world, createEvent(world, world.eventType))
  const url = new URL(world.target)
  if (by === 'query') url.searchParams.append(challengeName, sampleChallenge)
  return {
    method: 'GET',
    url,
    headers: toHeaders(world, by === 'header' ? [[challengeName, sampleChallenge]] : [], token, sign),
    body: Buffer.alloc(0),
  }
}

function createEvent({ company, now }: World, type: string): CloudEventAttributes {
  return {
    id: `198:${randomUUID()}`,
    source: 'https://api-v2.fattureincloud.it',
    specversion: '1.0',
    type,
    subject: `company:${company}`,
    time: now.toISOString().replace(/\.\d+Z$/, '+00:00'),
  }
}

/** As a delivery has them. A token that the case is about is not replaced by a configured one. */
function toHeaders(world: World, written: HeaderPair[], token: string | null, sign: Sign): HeaderPair[] {
  const isGenuine = sign === byDevKey
  const configured = Object.entries(world.headers).filter(
    ([name]) => isGenuine || name.toLowerCase() !== 'authorization',
  )
  const headers: HeaderPair[] = [
    ...written,
    ['user-agent', 'FattureInCloud/API-WEBHOOK'],
    ...(token === null ? [] : [['authorization', `Bearer ${token}`] as HeaderPair]),
  ]
  return world.toDelivered(headers, Object.fromEntries(configured))
}
