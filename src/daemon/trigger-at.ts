/** Makes an emulator that runs in another process send a notification. */

import type { TriggerAnswer, TriggerRequest } from '../contract/api.ts'
import { askEmulator } from './emulator-control.ts'

const timeoutMs = 10_000

/** @throws FicDevError TRIGGER_FAILED with what the emulator said */
export function triggerAt(emulatorUrl: string, asked: TriggerRequest): Promise<TriggerAnswer> {
  return askEmulator<TriggerAnswer>(emulatorUrl, 'trigger', {
    body: asked,
    timeoutMs,
    errors: { unreachable: 'TRIGGER_FAILED', refused: 'TRIGGER_FAILED' },
    hint: 'Is there a verified subscription that has this type? "fic-dev subscriptions list" shows it.',
  })
}
