/** Writes and signs the message of a delivery, as the faults of the moment want it. */

import type { Clock } from './clock.ts'
import type { Delivery } from './delivery.ts'
import type { FaultSwitch } from './faults.ts'
import { createChallenge, createNotification, type Message } from './messages.ts'
import { createKeyPair, createSign, type KeyPair } from './signer.ts'
import type { Subscription } from './subscriptions/subscription.ts'

export type Write = (delivery: Delivery, subscription: Subscription) => Promise<Message>

/** `keys`: the published ones; another pair is made for the fault `changedKey`. */
export async function createWriter(keys: KeyPair, clock: Clock, faults: FaultSwitch): Promise<Write> {
  const sign = await createSign(keys)
  const signOtherwise = await createSign(await createKeyPair())
  return async (delivery, { sink, mapping }) => {
    const { changedKey, structuredContentType } = faults.get()
    const token = await (changedKey ? signOtherwise : sign)({
      notificationId: delivery.notificationId,
      company: delivery.company,
      sink,
      issuedAtMs: clock.nowMs(),
    })
    const { challenge } = delivery
    return challenge === null
      ? createNotification(delivery, sink, delivery.mapping ?? mapping, token, structuredContentType)
      : createChallenge(sink, challenge.value, challenge.method, token)
  }
}
