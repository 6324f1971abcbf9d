import { expect, test } from 'vitest'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'
import { expectSnapshot } from './snapshot.ts'

test('the OpenAPI description of the private API is unchanged', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)

  const answer = await fic.api('/api/openapi.json')
  expect(answer.status).toBe(200)
  const document = (await answer.json()) as { info: { version: string } }
  document.info.version = '<version>'
  await expectSnapshot('openapi.json', JSON.stringify(document, null, 2))
})
