import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sayHowToKeep } from '../../src/cli/commands/forward.ts'
import { createFolder, isReady, run, start, type JsonLine } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

const isDelivered = (url: string) => (line: JsonLine) =>
  line['type'] === 'delivery' &&
  line['delivery'].target === url &&
  line['delivery'].verdict === 'delivered' &&
  line['delivery'].seq > 1

test('forward changes the target of the running fic-dev, and every command shows the new one', async () => {
  const cwd = createFolder()
  await using gone = await startTarget()
  await gone.close()
  await using next = await startTarget()
  writeFileSync(join(cwd, 'fic-dev.config.json'), JSON.stringify({ forwardTo: gone.url }))
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)
  const place = { cwd }

  const before = await run(['forward'], place)
  expect([before.exitCode, before.stdout]).toEqual([0, expect.stringMatching(`^target  ${gone.url}`)])

  const changed = await run(['forward', `127.0.0.1:${next.port}/webhooks`], place)
  expect([changed.exitCode, changed.stdout]).toEqual([0, expect.stringContaining(next.url)])
  expect(changed.stderr).toContain(
    `This holds until fic-dev ends. To keep it, in fic-dev.config.json: "forwardTo": "${next.url}"`,
  )
  await run(['trigger', 'taxes.create'], place)
  await daemon.line(isDelivered(next.url))
  const messages = daemon.lines.map((line) => JSON.parse(line) as JsonLine)
  const targets = messages.find(({ type }) => type === 'targets')?.['targets'] as { url: string }[]
  expect(targets.map(({ url }) => url)).toEqual([next.url])

  const [environment, doctor, checked] = await Promise.all([
    run(['env'], place),
    run(['doctor', '--json'], place),
    run(['check', '--only', 'binary'], place),
  ])
  expect(environment.stdout).toContain(next.url)
  expect(environment.stdout).not.toContain(gone.url)
  expect(doctor.stdout).toContain(`Notifications go to ${next.url}.`)
  expect(checked.stdout).toContain(`Checking ${next.url}`)

  const none = await run(['forward', '--none'], place)
  expect([none.exitCode, none.stdout]).toEqual([0, 'Nothing is forwarded.\n'])
  const typed = await run(['forward', `taxes.*=${next.url}`, gone.url, '--json'], place)
  expect(JSON.parse(typed.stdout)).toMatchObject({
    forwardTo: [
      { types: ['taxes.*'], url: next.url },
      { types: [], url: gone.url },
    ],
    source: 'fic-dev forward',
    startedWith: `file ${join(cwd, 'fic-dev.config.json')}`,
  })

  const own = await run(
    ['forward', JSON.parse(daemon.lines.find((line) => isReady(JSON.parse(line))) ?? '').inspectorUrl],
    place,
  )
  expect([own.exitCode, own.stderr]).toEqual([2, expect.stringContaining('is fic-dev itself')])
})

test('the built program applies a changed TypeScript file, and says so', async () => {
  const cwd = createFolder()
  const file = join(cwd, 'fic-dev.config.ts')
  const write = (port: number) =>
    writeFileSync(
      file,
      `const url: string = 'http://127.0.0.1:${port}/'\nexport default { forwardTo: url }\n`,
    )
  write(9)
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(isReady)

  for (const port of [10, 11]) {
    write(port)
    const { text } = await daemon.line(({ type }) => type === 'note')
    expect(text).toBe(
      `fic-dev.config.ts changed: forwardTo applied. Notifications go to http://127.0.0.1:${port}/.`,
    )
  }
})

test.each([
  [['forward', 'ftp://localhost/x'], 2, 'A target is "ftp://localhost/x", which has the scheme "ftp"'],
  [['forward', 'webhooks'], 2, 'add a port'],
  [['forward', ''], 2, 'A target is empty.'],
  [['forward', '--none', '3000'], 2, '--none and a target do not go together.'],
  [['forward', '3000'], 1, 'FIC_DEV_E_NO_DAEMON'],
  [['forward'], 1, 'FIC_DEV_E_NO_DAEMON'],
])('%j without a daemon ends with %d', async (args, code, says) => {
  const { exitCode, stderr } = await run(args, { cwd: createFolder() })
  expect([exitCode, stderr]).toEqual([code, expect.stringContaining(says)])
})

const one = { types: [], url: 'http://localhost:4000/' }
const some = { types: ['taxes.*', 'receipts.*'], url: 'http://localhost:5000/' }

test.each<[string, (typeof some)[], string | null, string]>([
  [
    'flag',
    [one, some],
    null,
    "start with -f http://localhost:4000/ -f 'taxes.*,receipts.*=http://localhost:5000/'",
  ],
  ['flag', [], null, 'start without -f'],
  ['environment FIC_DEV_FORWARD_TO', [one], null, 'FIC_DEV_FORWARD_TO="http://localhost:4000/"'],
  ['default', [one], null, 'in fic-dev.config.ts: forwardTo: "http://localhost:4000/"'],
  ['file /x/fic-dev.config.mjs', [], '/x/fic-dev.config.mjs', 'in fic-dev.config.mjs: forwardTo: []'],
])('what keeps targets that were started from %s is named', (startedWith, forwardTo, file, says) => {
  expect(sayHowToKeep({ forwardTo, startedWith }, file)).toContain(says)
})
