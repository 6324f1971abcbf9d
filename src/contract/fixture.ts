/** One real notification of each event type, ready for somebody's tests: `GET /api/fixtures`, a line of NDJSON each. */

import type { ExportedNotification } from './api.ts'

/** What `import` reads as well; deliveries, secret path and token are taken out. */
export interface Fixture extends ExportedNotification {
  /** Without the prefix `it.fattureincloud.webhooks.`. */
  type: string
  request: FixtureRequest
}

/** What a test sends to the app, as `fetch` takes it. */
export interface FixtureRequest {
  method: string
  /** By their small names, without those that belong to the way and not to the message. */
  headers: Record<string, string>
  body: string
}
