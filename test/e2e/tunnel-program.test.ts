/** The program that holds a tunnel open does not outlive fic-dev, however that ends. */

import { expect, test } from 'vitest'
import { createFolder, start } from '../support/process.ts'
import { isAlive } from '../tunnel/provider-parts.ts'
import { installStub } from '../tunnel/stubs/install.ts'

function startWithStub() {
  const stub = installStub('cloudflared')
  const flags = ['--emulator', '--tunnel', 'cloudflared']
  const program = start(flags, { cwd: createFolder(), environment: { PATH: stub.path } })
  return { stub, program }
}

test('it is ended with fic-dev once the subscription is in order', async () => {
  const { stub, program } = startWithStub()
  await program.line(({ type }) => type === 'ready')
  const { pid } = stub.calls()[0] ?? { pid: 0 }
  program.signal('SIGTERM')
  expect(await program.ended).toBe(0)
  expect(isAlive(pid)).toBe(false)
})

test('it is ended too when fic-dev is left while the tunnel opens', async () => {
  const { stub, program } = startWithStub()
  await expect.poll(() => stub.calls().length).toBe(1)
  const { pid } = stub.calls()[0] ?? { pid: 0 }
  program.signal('SIGINT')
  expect(await program.ended).toBe(130)
  await expect.poll(() => isAlive(pid)).toBe(false)
})
