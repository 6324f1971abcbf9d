/** The durable consumer of a follower: the stream remembers there what it does not have yet. */

import { FicDevError } from '../errors.ts'
import type { ConsumerInfo, JetStreamManager } from './client.ts'
import { isNotFound, keptMs, toNanos } from './stream.ts'
import { consumerOf, streamName, subjectsOf } from './subject.ts'

export interface Place {
  company: number
  name: string
  /** Not secret; tells apart those who take the same name. */
  owner: string
  /** Goes back to that time, but never past what has not arrived yet. */
  since: Date | null
  /** Of what arrived here before, when the stream has forgotten about us; by the stream's clock. */
  lastArrival: Date | null
}

const ackWaitMs = 30_000
/** Messages that are given out and not confirmed. */
const unconfirmed = 1_000

/**
 * Finds the consumer or makes it. What is then given out again is known by its arrival.
 * @throws FicDevError SHARE_NAME if another project is connected under this name
 */
export async function ensureConsumer(manager: JetStreamManager, place: Place): Promise<ConsumerInfo> {
  const { company, name, owner, since, lastArrival } = place
  const consumer = consumerOf(company, name)
  const found = await find(manager, consumer)
  if (found === null) return add(manager, place, from(since ?? lastArrival))
  const isOurs = found.config.description === owner
  if (!isOurs && found.num_waiting > 0) throw nameTaken(name)
  if (since === null && isOurs) return found
  // Where a consumer begins cannot be changed; with a time in it, not even whose it is.
  const begin =
    since === null
      ? whereLeft(found, lastArrival)
      : from(isOurs ? notAfter(since, lastArrival ?? new Date(found.created)) : since)
  await manager.consumers.delete(streamName, consumer)
  return add(manager, place, begin)
}

type Begin = Partial<ConsumerInfo['config']>

/** `null`: from now on. */
function from(time: Date | null): Begin {
  if (time === null) return { deliver_policy: 'new' }
  return { deliver_policy: 'by_start_time', opt_start_time: time.toISOString() }
}

/** Who takes over a name goes on where it was left, but who had something before lost nothing to the other. */
function whereLeft({ ack_floor }: ConsumerInfo, lastArrival: Date | null): Begin {
  if (lastArrival !== null) return from(lastArrival)
  return { deliver_policy: 'by_start_sequence', opt_start_seq: ack_floor.stream_seq + 1 }
}

async function find(manager: JetStreamManager, consumer: string): Promise<ConsumerInfo | null> {
  try {
    return await manager.consumers.info(streamName, consumer)
  } catch (thrown) {
    if (isNotFound(thrown)) return null
    throw thrown
  }
}

function add(
  manager: JetStreamManager,
  { company, name, owner }: Place,
  begin: Begin,
): Promise<ConsumerInfo> {
  return manager.consumers.add(streamName, {
    durable_name: consumerOf(company, name),
    description: owner,
    filter_subject: subjectsOf(company),
    ack_policy: 'explicit',
    ack_wait: toNanos(ackWaitMs),
    max_ack_pending: unconfirmed,
    inactive_threshold: toNanos(keptMs),
    ...begin,
  })
}

/** Somebody who was away for three hours and asks for the last two must not lose the hour between. */
function notAfter(since: Date, missing: Date): Date {
  return since.getTime() < missing.getTime() ? since : missing
}

function nameTaken(name: string): FicDevError {
  return new FicDevError(
    'SHARE_NAME',
    `The follower name "${name}" is taken: another project is connected under it.`,
    {
      hint: `Choose another name, for example --as ${name.slice(0, 38)}-2: two followers under one name would each get half of the notifications. If the other machine has lost its network, the server frees the name within minutes.`,
    },
  )
}
