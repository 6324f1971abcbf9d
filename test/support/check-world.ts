/** What a check is made with in tests: keys of its own, and the headers of a delivery. */

import type { World } from '../../src/check/case.ts'
import { toDeliveryHeaders } from '../../src/delivery/request.ts'
import { createDevKey } from '../../src/fic/signature/sign.ts'

export async function createTestWorld(url: string, changes: Partial<World> = {}): Promise<World> {
  const sinkUrl = new URL('https://brave-otter.example.com/')
  return {
    target: new URL(url),
    audience: url,
    company: 12_345,
    eventType: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
    headers: {},
    toDelivered: (headers, configured) =>
      toDeliveryHeaders(
        { seq: 0, headers: [...headers] },
        { sinkUrl, attempt: 1, replay: false, headers: configured },
      ),
    devKey: changes.devKey ?? (await createDevKey()),
    strangerKey: (await createDevKey()).privateKey,
    now: new Date(),
    ...changes,
  }
}
