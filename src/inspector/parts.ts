/** What the inspector needs of the rest of fic-dev: each route takes its share. */

import type {
  AppEnvironment,
  KeyEntry,
  ReplayRequest,
  RunningSettings,
  StopAnswer,
  TargetsAnswer,
  TargetsChange,
  TriggerAnswer,
  TriggerRequest,
} from '../contract/api.ts'
import type { ReplayPreview } from '../contract/detail.ts'
import type { DoctorMessage } from '../contract/doctor.ts'
import type { Delivery } from '../contract/notification.ts'
import type { Status } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import type { ResourceReader } from '../fic-api/resources.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import type { Logger } from '../log.ts'
import type { PageSessionFile } from '../store/page-sessions.ts'
import type { Store } from '../store/store.ts'
import type { SubscriptionService } from '../subscription/service.ts'
import type { EmulatorControl } from './routes/emulator.ts'

/** What the daemon passes to the inspector. */
export interface InspectorParts {
  version: string
  store: Store
  sessionToken: string
  sessions: PageSessionFile
  now(): Date
  /** Where the built page lies. */
  pageDir: string
  /** Our own address, without a slash at the end. */
  url(): string
  status(): Status
  settings(): RunningSettings
  targets(): TargetsAnswer
  /** @param words as after `--forward-to` */
  nameTargets(words: string[], by: 'command line' | 'page'): Promise<TargetsChange>
  /** Event types, in full, that our subscription holds. */
  heldTypes(): string[]
  keys(): KeyEntry[]
  environment(): Promise<AppEnvironment>
  replay(seq: number, asked: ReplayRequest): Promise<Delivery>
  preview(seq: number, asked: ReplayRequest): Promise<ReplayPreview>
  pause(paused: boolean): void
  trigger(asked: TriggerRequest): Promise<TriggerAnswer>
  /** `null` while notifications come from elsewhere. */
  emulator(): EmulatorControl | null
  /** The check that the sink makes, with the sink's URLs and its secret path, to explain tokens. */
  verify: VerifySignature
  audiences(): string[]
  sinkPath: string
  /** `null` without a token and a company. */
  subscriptions(): SubscriptionService | null
  /** `null` without a token. */
  resources(): ResourceReader | null
  /** Looks at everything that fic-dev stands on; `null` where no daemon runs. */
  examine(): AsyncIterable<DoctorMessage> | null
  /** Ends the daemon; resolves when all is done about subscriptions, and before this server closes. */
  stop(): Promise<StopAnswer>
  /** Whether resources that were fetched are kept with their notification. */
  keepsResources: boolean
  /** Tells the stream. */
  publish(message: StreamMessage): void
  log: Logger
}
