/** Ports that are taken: another one is reported, and a port to which an external URL leads is not left. */

import { expect, test } from 'vitest'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'

const usual = (port: number) => ({ port, named: false })

test('a usual port that is taken is left for another one, with a note about each', async () => {
  await using folder = await temporaryFolder()
  await using other = await startTarget()
  const { port } = other
  const ports = { port: usual(port), sinkPort: usual(port), emulatorPort: usual(port) }
  await using fic = await startDaemon(folder.path, ports)

  const notes = fic.told.flatMap((message) => (message.type === 'note' ? [message.text] : []))
  const { sinkUrl, emulatorUrl = '' } = fic.daemon.addresses()
  expect(notes).toEqual([
    `Port ${port} is in use, so the sink listens on ${new URL(sinkUrl).port}.`,
    `Port ${port} is in use, so the inspector listens on ${new URL(fic.inspectorUrl).port}.`,
    `Port ${port} is in use, so the emulator listens on ${new URL(emulatorUrl).port}.`,
  ])
})

test('the port to which a public URL leads is not left, though it was not named', async () => {
  await using folder = await temporaryFolder()
  await using other = await startTarget()
  const start = startDaemon(folder.path, {
    emulator: false,
    publicUrl: 'https://hooks.example.com',
    sinkPort: usual(other.port),
  })

  await expect(start).rejects.toMatchObject({ code: 'FIC_DEV_E_PORT_TAKEN' })
})
