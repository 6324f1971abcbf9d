/** Makes an emulator that runs in another process send a notification. */

import type { TriggerAnswer, TriggerRequest } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import { askJson } from '../http/json.ts'

/** @throws FicDevError TRIGGER_FAILED with what the emulator said */
export async function triggerAt(emulatorUrl: string, asked: TriggerRequest): Promise<TriggerAnswer> {
  const answer = await askJson(new URL(`${emulatorUrl}/_emulator/trigger`), {
    body: asked,
    timeoutMs: 10_000,
  })
  if (!answer.isAnswered) {
    throw new FicDevError('TRIGGER_FAILED', `No emulator answers at ${emulatorUrl}: ${answer.reason}.`, {
      hint: 'Start one with "fic-dev emulator".',
    })
  }
  const said = answer.json as (TriggerAnswer & { error?: { message?: string } }) | null
  if (answer.status >= 200 && answer.status < 300 && said) return said
  throw new FicDevError(
    'TRIGGER_FAILED',
    `The emulator answered ${answer.status}: ${said?.error?.message ?? 'no reason given'}`,
    { hint: 'Is there a verified subscription that holds this type? "fic-dev subscriptions list" tells.' },
  )
}
