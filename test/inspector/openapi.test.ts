import { expect, test } from 'vitest'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'

interface Document {
  openapi: string
  info: { version: string }
  paths: Record<string, Record<string, { summary?: string; parameters?: { name: string; in: string }[] }>>
}

test('GET /api/openapi.json describes every call of the private API, with a line about each', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)

  const document = (await (await fic.api('/api/openapi.json')).json()) as Document

  expect(document.openapi).toBe('3.1.0')
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary }]) => ({ call: `${method} ${path}`, summary })),
  )
  expect(calls.map(({ call }) => call)).toEqual(
    expect.arrayContaining([
      'get /api/status',
      'get /api/notifications',
      'get /api/notifications/{seq}',
      'delete /api/notifications/{seq}',
      'post /api/notifications/{seq}/replay',
      'post /api/trigger',
      'get /api/types',
      'get /api/export',
      'post /api/import',
      'get /api/keys',
      'get /api/openapi.json',
      'get /api/stream',
    ]),
  )
  expect(calls.filter(({ summary }) => !summary)).toEqual([])
  const { parameters = [] } = document.paths['/api/notifications']?.['get'] ?? {}
  expect(parameters.map(({ name, in: place }) => `${place} ${name}`)).toEqual(
    expect.arrayContaining(['query limit', 'query before', 'query q', 'query type']),
  )
})
