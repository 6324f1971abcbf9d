/** The sink of the hub, which is the audience of every token that it shares. */

import type { JetStreamManager, JsMsg, NatsClient, NatsConnection } from './client.ts'
import { toNanos } from './stream.ts'
import { streamName, subjectsOf } from './subject.ts'

const fetchMs = 1_000
/** The server deletes what is left of a follower that ends in between. */
const inactiveMs = 10_000

/** The newest message about a company that is already in the stream; `null` if there is none. */
export async function fetchNewest(
  {
    client,
    connection,
    manager,
  }: { client: NatsClient; connection: NatsConnection; manager: JetStreamManager },
  company: number,
): Promise<JsMsg | null> {
  const info = await manager.consumers.add(streamName, {
    filter_subject: subjectsOf(company),
    deliver_policy: 'last',
    ack_policy: 'none',
    inactive_threshold: toNanos(inactiveMs),
  })
  try {
    if (info.num_pending === 0) return null
    const consumer = client.jetstream(connection).consumers.getConsumerFromInfo(info)
    return await consumer.next({ expires: fetchMs })
  } finally {
    await manager.consumers.delete(streamName, info.name)
  }
}
