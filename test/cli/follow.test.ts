import { expect, test } from 'vitest'
import { isNatsInstalled, noNats, startNatsServer } from '../support/nats-server.ts'
import { company, startHub } from '../support/team.ts'
import { createFolder, follow, run } from '../support/process.ts'

test('a follower without a company, an address or a good name is told what to write, with exit code 2', async () => {
  const cwd = createFolder()
  const ended = await Promise.all([
    run(['follow', 'nats://127.0.0.1:1'], { cwd }),
    run(['follow', '--company', '1'], { cwd }),
    run(['follow', 'http://127.0.0.1:1', '--company', '1'], { cwd }),
    run(['follow', 'nats://anna:pass-7f3a@127.0.0.1:1', '--company', '1'], { cwd }),
    run(['follow', 'nats://127.0.0.1:1', '--company', '1', '--as', 'an.na'], { cwd }),
  ])
  expect(ended.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2])
  const says = ended.map(({ stderr }) => stderr.split('\n', 1)[0])
  expect(says).toEqual([
    'error: Missing company id: --company is required.',
    'error: Missing NATS server: pass its URL, or set --share.',
    'error: "http://127.0.0.1:1" is not the address of a NATS server.',
    'error: The address of the NATS server has credentials in it.',
    expect.stringContaining('It is not 1 to 40 letters, digits and hyphens.'),
  ])
  expect(ended[3]?.stderr).not.toContain('pass-7f3a')
})

test('a follower starts without its server, has no sink, and reports the refused connection once', async () => {
  const place = { cwd: createFolder() }
  const started = follow(
    ['follow', 'nats://127.0.0.1:1', '--company', '1', '--port', '0', '--no-open'],
    place,
  )
  await started.said('nats://127.0.0.1:1 refused the connection')
  await started.said('fic-dev is ready')
  expect(started.stderr()).not.toMatch(/^ {2}sink /m)
  expect(started.stderr()).not.toContain('FIC_ACCESS_TOKEN')
  started.signal('SIGTERM')
  expect(await started.ended).toBe(0)
  expect(started.stderr().match(/refused the connection/g)).toHaveLength(1)
})

test('the address may stand behind --share, as for a hub', async () => {
  const place = { cwd: createFolder() }
  const started = follow('follow --share nats://127.0.0.1:1 --company 1 --port 0 --no-open'.split(' '), place)
  await started.said('nats://127.0.0.1:1 refused the connection')
  started.signal('SIGTERM')
  expect(await started.ended).toBe(0)
})

test.skipIf(!isNatsInstalled)(
  `what a hub with the emulator signs is said, once, to need its key${noNats}`,
  async () => {
    const server = await startNatsServer()
    const place = { cwd: createFolder() }
    const flags = `--company ${company} --as anna --port 0 --no-open`.split(' ')
    const started = follow(['follow', server.url, ...flags], place)
    await started.said('connected')
    await using hub = await startHub(server.url, { emulator: true, publicKey: null })
    await hub.daemon.trigger({ type: 'taxes.create', count: 2 })
    await started.text((line) => line.includes('taxes.create'))
    await started.text((line) => line.includes('taxes.create'))
    await started.said('restart this follower with --public-key <key>')
    started.signal('SIGTERM')
    await started.ended
    expect(started.stderr().match(/with --public-key <key>/g)).toHaveLength(1)
  },
)
