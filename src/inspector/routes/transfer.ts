/** Export and import: NDJSON is lossless both ways, HAR is for other tools to read. */

import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { ExportedNotification, ImportAnswer } from '../../contract/api.ts'
import type { Notification } from '../../contract/notification.ts'
import { ExportQuery, ImportQuery } from '../schemas.ts'
import type { Exported } from '../../store/import.ts'
import type { InspectorParts } from '../server.ts'
import { toHarEntries, harHead, harTail } from '../har.ts'

const pageSize = 200

export function transferRoutes({ store, publish, version }: InspectorParts): FastifyPluginAsyncTypebox {
  function* pages(): Generator<Notification> {
    let cursor = 0
    for (;;) {
      const page = store.after(cursor, pageSize)
      for (const { seq } of page) {
        const notification = store.notification(seq)
        if (notification) yield notification
      }
      const last = page.at(-1)
      if (!last) return
      cursor = last.seq
    }
  }

  function* ndjson(): Generator<string> {
    for (const { body: _text, ...notification } of pages()) {
      const bodyBase64 = store.body(notification.seq)?.toString('base64') ?? ''
      yield `${JSON.stringify({ version: 1, notification, bodyBase64 } satisfies ExportedNotification)}\n`
    }
  }

  function* har(): Generator<string> {
    yield harHead(version)
    let separator = ''
    for (const notification of pages()) {
      for (const entry of toHarEntries(notification)) {
        yield separator + JSON.stringify(entry)
        separator = ',\n'
      }
    }
    yield harTail
  }

  return async (app) => {
    app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload))

    app.get('/api/export', { schema: { querystring: ExportQuery } }, async ({ query }, reply) => {
      const isHar = query.format === 'har'
      return reply
        .type(isHar ? 'application/json' : 'application/x-ndjson')
        .header('content-disposition', `attachment; filename="fic-dev.${query.format}"`)
        .send(Readable.from(isHar ? har() : ndjson()))
    })

    app.post(
      '/api/import',
      { bodyLimit: Number.MAX_SAFE_INTEGER, schema: { querystring: ImportQuery } },
      async ({ body, query }): Promise<ImportAnswer> => {
        // With it comes a library that nothing else here needs.
        const { readExported } = await import('../exported.ts')
        // One notification is an import too, so that a client that can only send JSON gets along.
        const lines = body instanceof Readable ? createInterface({ input: body }) : [JSON.stringify(body)]
        const importing = store.beginImport({ isTrial: query.trial })
        let line = 0
        let batch: Exported[] = []
        const flush = async () => {
          for (const notification of await importing.add(batch))
            publish({ type: 'notification', notification })
          batch = []
        }
        for await (const text of lines) {
          line++
          if (text.trim() === '') continue
          batch.push(readExported(text, line))
          if (batch.length === pageSize) await flush()
        }
        await flush()
        return importing.answer()
      },
    )
  }
}
