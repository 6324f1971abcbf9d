/** Makes an emulator that runs in another process send a notification. */

import type { TriggerAnswer, TriggerRequest } from '../contract/api.ts'
import { FicDevError, messageOf } from '../errors.ts'

/** @throws FicDevError TRIGGER_FAILED with what the emulator said */
export async function triggerAt(emulatorUrl: string, asked: TriggerRequest): Promise<TriggerAnswer> {
  let response: Response
  try {
    response = await fetch(`${emulatorUrl}/_emulator/trigger`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
      signal: AbortSignal.timeout(10_000),
    })
  } catch (thrown) {
    throw new FicDevError('TRIGGER_FAILED', `No emulator answers at ${emulatorUrl}: ${messageOf(thrown)}.`, {
      hint: 'Start one with "fic-dev emulator".',
      cause: thrown,
    })
  }
  const answer = (await response.json().catch(() => null)) as
    (TriggerAnswer & { error?: { message?: string } }) | null
  if (response.ok && answer) return answer
  throw new FicDevError(
    'TRIGGER_FAILED',
    `The emulator answered ${response.status}: ${answer?.error?.message ?? 'no reason given'}`,
    { hint: 'Is there a verified subscription that holds this type? "fic-dev subscriptions list" tells.' },
  )
}
