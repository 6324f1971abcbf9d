import { expect, test } from 'vitest'
import { createFolder, follow, run, start, type JsonLine } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

test('list --follow prints the newest, then what arrives, with its deliveries, until the daemon ends', async () => {
  await using target = await startTarget()
  const place = { cwd: createFolder() }
  const daemon = start(['--emulator', '--types', 'entities.*,products.*', '-f', target.url], place)
  await daemon.line(({ type, notification }) => type === 'notification' && notification.kind === 'welcome')

  target.answerWith(404)
  await run(['trigger', 'products.create', '--ids', '4'], place)
  await daemon.line(({ type, delivery }) => type === 'delivery' && delivery.verdict === 'dropped')
  const all = follow(['list', '--follow', '-n', '1'], place)
  const products = follow(['list', '--follow', 'type:products', '--json'], place)
  const dropped = follow(['list', '--follow', 'delivery:dropped', '--json'], place)
  const isOf = (id: number) => (line: JsonLine) => line['notification']?.ids[0] === id
  await Promise.all([
    all.text((line) => line.includes('products.create')),
    products.line(isOf(4)),
    dropped.line(isOf(4)),
  ])
  expect(all.lines).toHaveLength(1)

  await run(['trigger', 'products.*', '--ids', '5'], place)
  const { notification } = await products.line(isOf(5))
  const delivery = await products.line(
    ({ type, delivery: { verdict } = {} }) => type === 'delivery' && verdict === 'dropped',
  )
  expect(delivery['delivery'].seq).toBe(notification.seq)
  expect((await dropped.line(isOf(5))).notification.seq).toBe(notification.seq)

  target.answerWith(200)
  await run(['trigger', 'clients.create'], place)
  await all.text((line) => /^ +\d+ .* entities\.clients\.create/.test(line))
  await all.text((line) => /<-- \[200\]/.test(line))

  daemon.signal('SIGTERM')
  expect(await Promise.all([all.ended, products.ended, dropped.ended])).toEqual([0, 0, 0])
  expect(all.stderr()).toContain('The running fic-dev has stopped.')
})

test('list says that it lists only the newest', async () => {
  const place = { cwd: createFolder() }
  const daemon = start(['--emulator', '--types', 'products.create'], place)
  await daemon.line(({ type, notification }) => type === 'notification' && notification.kind === 'welcome')
  await run(['trigger', 'products.create', '--count', '2'], place)
  await daemon.line(({ type, notification }) => type === 'notification' && notification.seq === 4)

  const [cut, whole] = await Promise.all([run(['list', '-n', '3'], place), run(['list', '-n', '4'], place)])
  expect([cut.stdout.trim().split('\n').length, cut.stderr]).toEqual([
    3,
    'Only the newest 3 are listed; -n lists more.\n',
  ])
  expect([whole.stdout.trim().split('\n').length, whole.stderr]).toEqual([4, ''])
})

test('list --follow begins with as many as -n says, of several pages of the API', async () => {
  const place = { cwd: createFolder() }
  const daemon = start(['--emulator', '--types', 'products.create'], place)
  await daemon.line(({ type, notification }) => type === 'notification' && notification.kind === 'welcome')
  await run(['trigger', 'products.create', '--count', '610'], place)
  await daemon.line(({ type, notification }) => type === 'notification' && notification.seq === 612)

  const followed = follow(['list', '--follow', '-n', '605', '--json'], place)
  await followed.line(({ notification }) => notification?.seq === 612)
  const seqs = followed.lines.map((line) => (JSON.parse(line) as JsonLine)['notification'].seq)
  expect(seqs).toEqual(Array.from({ length: 605 }, (_, index) => 8 + index))

  daemon.signal('SIGTERM')
  expect(await followed.ended).toBe(0)
})

test('list --follow needs a running fic-dev', async () => {
  const { exitCode, stderr } = await run(['list', '--follow'], { cwd: createFolder() })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('FIC_DEV_E_NO_DAEMON')
})

test('list --help names every filter field, and a field that does not exist is noted', async () => {
  const cwd = createFolder()
  const [help, noted, url] = await Promise.all([
    run(['list', '--help'], { cwd }),
    run(['list', 'customer:12'], { cwd }),
    run(['list', 'https://example.com/x', '198:f059', 'note:'], { cwd }),
  ])
  for (const field of [
    'type',
    'id',
    'company',
    'kind',
    'signature',
    'delivery',
    'is',
    'target',
    'since',
    'until',
  ]) {
    expect(help.stdout).toMatch(new RegExp(`^  ${field}: `, 'm'))
  }
  expect(noted.stderr).toContain(
    'note: "customer:" is not a filter field, so it is searched as text. Fields: type, id,',
  )
  expect(url.stderr).not.toContain('not a filter field')
})
