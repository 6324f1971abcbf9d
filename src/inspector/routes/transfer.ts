/** Export and import: NDJSON is lossless both ways, HAR is for other tools to read. */

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ExportedNotification, ImportAnswer } from '../../contract/api.ts'
import type { Notification } from '../../contract/notification.ts'
import { exportFormats } from '../../contract/vocabulary.ts'
import { redactNotification, type Redacted } from '../../redact/notification.ts'
import { Replacements } from '../../redact/replacements.ts'
import type { Exported } from '../../store/import.ts'
import { createTurns } from '../../turns.ts'
import { withDecoded } from '../decoded.ts'
import { harHead, harTail, toHarEntries } from '../har.ts'
import { readLines } from '../lines.ts'
import type { InspectorParts } from '../parts.ts'
import { choice, closed } from '../schemas.ts'

/** An exported notification with a body of 1 MiB has less than half of that. */
const longestLineBytes = 8 * 1024 * 1024

/** What one commit of an import holds, so that a capture never waits long for it. */
const batchSize = 50
const batchLength = 256 * 1024

const ExportQuery = closed({
  format: choice(exportFormats),
  /** Replaces what names a company, a person, a record, a host or a secret. */
  redact: Type.Boolean({ default: false }),
})

const ImportQuery = closed({
  /** Only counts what would be imported. */
  trial: Type.Boolean({ default: false }),
})

export function transferRoutes({
  store,
  publish,
  version,
}: Pick<InspectorParts, 'store' | 'publish' | 'version'>): FastifyPluginAsyncTypebox {
  /** All that are kept, oldest first. */
  async function* kept(): AsyncGenerator<Notification, void> {
    const turn = createTurns()
    let cursor = 0
    for (;;) {
      const seqs = store.seqsAfter(cursor, 100)
      for (const seq of seqs) {
        const notification = store.notification(seq)
        if (notification) yield notification
        await turn()
      }
      const last = seqs.at(-1)
      if (last === undefined) return
      cursor = last
    }
  }

  /** With the raw bytes of the body. */
  async function* keptWithBody(isRedacted: boolean): AsyncGenerator<Redacted, void> {
    const replacements = new Replacements()
    for await (const notification of kept()) {
      const body = store.body(notification.seq) ?? Buffer.alloc(0)
      yield isRedacted ? redactNotification(notification, body, replacements) : { notification, body }
    }
  }

  async function* ndjson(isRedacted: boolean): AsyncGenerator<string, void> {
    for await (const { notification, body } of keptWithBody(isRedacted)) {
      const { body: _text, ...rest } = notification
      const bodyBase64 = body.toString('base64')
      yield `${JSON.stringify({ version: 1, notification: rest, bodyBase64 } satisfies ExportedNotification)}\n`
    }
  }

  async function* har(isRedacted: boolean): AsyncGenerator<string, void> {
    yield harHead(version)
    let separator = ''
    for await (const { notification, body } of keptWithBody(isRedacted)) {
      for (const entry of toHarEntries(withDecoded(notification, body))) {
        yield separator + JSON.stringify(entry)
        separator = ',\n'
      }
    }
    yield harTail
  }

  async function importLines(lines: AsyncIterable<string>, isTrial: boolean): Promise<ImportAnswer> {
    // With it comes a library that nothing else here needs.
    const { readExported } = await import('../exported.ts')
    const after = store.lastSeq()
    const importing = store.beginImport({ isTrial })
    const turn = createTurns()
    let line = 0
    let length = 0
    let added = 0
    let batch: Exported[] = []
    const flush = async () => {
      added += (await importing.add(batch)).length
      batch = []
      length = 0
    }
    try {
      for await (const text of lines) {
        line++
        if (text.trim() === '') continue
        batch.push(readExported(text, line))
        length += text.length
        if (batch.length === batchSize || length > batchLength) await flush()
        await turn()
      }
      await flush()
      return await importing.end()
    } finally {
      // Once: a message for each of thousands would make every reader of the stream wait.
      if (added > 0) publish({ type: 'lagged', after, lastSeq: store.lastSeq() })
    }
  }

  return async (app) => {
    app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload))

    app.get(
      '/api/export',
      { schema: { summary: 'All notifications as NDJSON or HAR', querystring: ExportQuery } },
      async ({ query }, reply) => {
        const isHar = query.format === 'har'
        return reply
          .type(isHar ? 'application/json' : 'application/x-ndjson')
          .header('content-disposition', `attachment; filename="fic-dev.${query.format}"`)
          .send(Readable.from(isHar ? har(query.redact) : ndjson(query.redact)))
      },
    )

    app.post(
      '/api/import',
      {
        bodyLimit: longestLineBytes,
        schema: { summary: 'Take in what export wrote as NDJSON', querystring: ImportQuery },
      },
      async ({ body, query }) => {
        // One notification is an import too, so that a client that can only send JSON gets along.
        const isStream = body instanceof Readable
        const lines = isStream ? readLines(body, longestLineBytes) : onlyLine(JSON.stringify(body))
        return importLines(lines, query.trial)
      },
    )
  }
}

async function* onlyLine(line: string): AsyncGenerator<string, void> {
  yield line
}
