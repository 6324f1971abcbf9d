/** The public library entry `fic-dev/emulator`: Fatture in Cloud's side of webhooks, in process, for tests. */

export { createEmulator } from './emulator.ts'
export type { Emulator, EmulatorOptions, TriggerOptions } from './emulator.ts'
export type { DeliveryAttempt, DeliveryOutcome, EmulatedDelivery } from './delivery.ts'
export type { ApiFault, Faults } from '../contract/vocabulary.ts'
export type { SubscribeOptions, SubscribeResult } from './subscriptions/subscribe.ts'
export type { SubscriptionView } from './subscriptions/subscription.ts'
export { defaultCompany } from '../contract/vocabulary.ts'
