/** A line of an export as `contract/api.ts` has it. */
export function exportedLine(id: string, receivedAt = '2026-11-23T09:12:01.000Z'): string {
  const notification = {
    seq: 1,
    kind: 'event',
    receivedAt,
    method: 'POST',
    path: '/secret',
    headers: [['Content-Type', 'application/json']],
    bodyBytes: 21,
    mapping: 'binary',
    eventType: 'it.fattureincloud.webhooks.entities.clients.create',
    company: 12_345,
    ids: [1],
    cloudEvent: {
      id,
      type: 'it.fattureincloud.webhooks.entities.clients.create',
      source: 'https://api-v2.fattureincloud.it',
      subject: 'company:12345',
      time: '2026-11-23T10:12:00+01:00',
      specversion: '1.0',
    },
    signature: { outcome: 'missing', claims: [], problems: [] },
    answer: { status: 200, body: null },
    problems: [],
    twinOf: null,
    deliveries: [],
  }
  return JSON.stringify({
    version: 1,
    notification,
    bodyBase64: Buffer.from('{"data":{"ids":[1]}}').toString('base64'),
  })
}
