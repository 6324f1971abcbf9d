import { expect, test } from 'vitest'
import { createFolder, follow, run } from '../support/process.ts'

test('the line that the emulator prints starts a daemon that works with it, without a tunnel or a token', async () => {
  const cwd = createFolder()
  const emulator = follow(['emulator', '--port', '0'], { cwd })
  await emulator.said(/Use it with: .*\n/)
  const [, command = ''] = /Use it with: fic-dev (.*)\n/.exec(emulator.stderr()) ?? []
  const daemon = follow([...command.split(' '), '--port', '0', '--sink-port', '0'], { cwd })
  await daemon.said('fic-dev is ready')
  const { stdout } = await run(['subscriptions', '--json'], {
    cwd,
    environment: { FIC_DEV_API_BASE: command.split(' ')[2] ?? '' },
  })
  expect(JSON.parse(stdout)).toMatchObject({ id: 'SUB1', verified: true, origin: 'made' })
  expect(daemon.stderr()).not.toMatch(/opening the tunnel|FIC_ACCESS_TOKEN/)
  for (const running of [daemon, emulator]) {
    running.signal('SIGTERM')
    expect(await running.ended).toBe(0)
  }
})
