import { expect, onTestFinished, test } from 'vitest'
import { namesPreload, startLocaltunnelServer } from '../support/localtunnel-server.ts'
import { createFolder, start, type JsonLine } from '../support/process.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'

test('with --exit-on-tunnel-failure a tunnel that is gone for good ends the daemon with 4, and says why', async () => {
  const server = await startLocaltunnelServer()
  onTestFinished(() => server.stop())
  const cwd = createFolder()
  const flags = ['--emulator', '--tunnel', 'localtunnel', '--tunnel-host', server.url, '--on-exit', 'keep']
  const daemon = start([...flags, '--exit-on-tunnel-failure'], {
    cwd,
    environment: { NODE_OPTIONS: `--require=${namesPreload}` },
  })
  await daemon.line(isReady)
  await server.stop()
  // The waits are those of real life: two probes have to fail, five seconds apart.
  const { error } = await daemon.line((line) => line['type'] === 'error')
  expect(error).toEqual({
    code: 'FIC_DEV_E_TUNNEL_FAILED',
    message: expect.stringMatching(/^The tunnel of localtunnel is lost: ./),
    hint: 'Without --exit-on-tunnel-failure it is opened again.',
  })
  expect(await daemon.ended).toBe(4)
})
