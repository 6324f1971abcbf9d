import { expect, test } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { createFolder, follow, run, start, type JsonLine, type Running } from '../support/process.ts'
import { startTarget, type ReceivedRequest } from '../support/target.ts'
import { shapeOf, type Json } from './shape.ts'
import { expectSnapshot } from './snapshot.ts'

/** Commands that print JSON without a test here. */
const elsewhere: Record<string, string> = {
  logs: 'It prints what a daemon in the background has printed; test/cli/background.test.ts covers it.',
  follow: 'It needs a NATS server; its stream is the one of start. test/share covers it.',
}

test('the JSON of each command is unchanged', async () => {
  await using target = await startTarget(0, (request, response) => {
    response.setHeader('content-type', 'application/json').end(challengeAnswer(request))
  })
  const place = { cwd: createFolder() }
  const printed = new Map<string, Json[]>()

  /** Runs a command and keeps its JSON; `as` replaces arguments that differ between runs. */
  async function print(args: string[], { as = args.join(' '), exitCode = 0, input = '' } = {}) {
    const ended = await run([...args, '--json'], place, input)
    expect(ended.exitCode, `${as}: ${ended.stderr}`).toBe(exitCode)
    printed.set(as, readLines(ended.stdout))
    return ended.stdout
  }

  const daemon = start(['--emulator', '--types', 'entities.*', '-f', target.url], place)
  const { sinkUrl } = await seen(daemon, ({ type }) => type === 'ready')
  await seen(daemon, isDelivered(2))
  await fetch(sinkUrl, { method: 'POST', body: '{}' })
  await print(['trigger', 'entities.clients.create', '--ids', '7'])
  await seen(daemon, isDelivered(4))

  const [exported] = await Promise.all([
    print(['export']),
    print(['export', '--fixtures']),
    print(['list']),
    print(['show', 'last']),
    print(['show', 'last', '--resources']),
    print(['types', 'clients']),
    print(['keys']),
    print(['version']),
    print(['status']),
    print(['env']),
    print(['forward']),
    print(['open', '--no-open']),
    print(['token', '--notification', 'last']),
    print(['subscriptions']),
    print(['check', target.url, '--only', 'binary,forged', '--yes'], { as: 'check <url>', exitCode: 1 }),
    print(['doctor', '-f', target.url], { as: 'doctor' }),
  ])
  await print(['forward', target.url], { as: 'forward <url>' })
  await Promise.all([print(['replay', 'last']), print(['import', '-'], { input: exported })])

  await print(['subscriptions', 'create', '--sink', target.url, '--types', 'products.create'], {
    as: 'subscriptions create --sink <url>',
  })
  await print(['subscriptions', 'update', 'SUB2', '--types', 'products.update', '--yes'])
  await print(['subscriptions', 'verify', 'SUB2', '--yes'])
  await print(['subscriptions', 'delete', 'SUB2', '--yes'])
  await print(['subscriptions', 'restore'])
  // Connection refused, which is a finding.
  await run(['forward', 'http://127.0.0.1:1/'], place)
  await seen(daemon, ({ type, findings }) => type === 'findings' && findings.length > 0)

  await print(['stop'])
  expect(await daemon.ended).toBe(0)
  printed.set('start', daemon.lines.map(readLine))

  await print(['list'], { as: 'list, without a daemon' })
  await print(['status'], { as: 'status, without a daemon', exitCode: 1 })
  await print(['stop'], { as: 'stop, without a daemon' })
  await print(['show', '99'], { as: 'show 99, which does not exist', exitCode: 1 })
  await print(['clear', '--yes'])
  await print(['init', '--yes', '--emulator'])

  const emulator = follow(['emulator', '--port', '0', '--json'], place)
  await seen(emulator, ({ type }) => type === 'ready')
  printed.set('emulator', emulator.lines.map(readLine))

  const covered = new Set([...printed.keys()].map((args) => /^\w+/.exec(args)?.[0]))
  const withJson = createProgram({ configured() {}, finished() {}, leave() {} }).commands.filter((command) =>
    command.options.some(({ long }) => long === '--json'),
  )
  const missing = withJson
    .map((command) => command.name())
    .filter((name) => !covered.has(name) && elsewhere[name] === undefined)
  expect(missing, 'Print the JSON of a new command above.').toEqual([])

  const sections = [...printed]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([args, values]) => `$ fic-dev ${args} (--json)\n${describeLines(values)}\n`)
  await expectSnapshot('json.txt', sections.join('\n'))
})

/** Lines of one `type` have one shape; the order and the number of lines are not part of the contract. */
function describeLines(values: Json[]): string {
  if (values.length === 0) return '(nothing on stdout)'
  const typeOf = (value: Json) => JSON.stringify((value as JsonLine)['type'])
  const hasTypes = values.every((value) => /^"[a-z]+"$/.test(typeOf(value) ?? ''))
  const groups = hasTypes ? [...new Set(values.map(typeOf))].toSorted() : [undefined]
  return groups
    .map((type) => shapeOf(values.filter((value) => type === undefined || typeOf(value) === type)).join('\n'))
    .join('\n\n')
}

function isDelivered(seq: number): (line: JsonLine) => boolean {
  return ({ type, delivery }) =>
    type === 'delivery' && delivery.seq === seq && delivery.verdict === 'delivered'
}

/** Waits for a line, in whatever order lines come. */
async function seen({ lines }: Running, fits: (line: JsonLine) => boolean): Promise<JsonLine> {
  const find = () => lines.map((line) => readLine(line) as JsonLine).find(fits)
  await expect.poll(find).toBeDefined()
  return find() as JsonLine
}

function readLines(stdout: string): Json[] {
  return stdout.split('\n').filter(Boolean).map(readLine)
}

function readLine(line: string): Json {
  return JSON.parse(line)
}

function challengeAnswer({ headers }: ReceivedRequest): string {
  const challenge = headers['x-fic-verification-challenge']
  return JSON.stringify(challenge === undefined ? {} : { verification: challenge })
}
