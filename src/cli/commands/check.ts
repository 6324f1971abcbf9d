/** `fic-dev check [url]`: is the developer's own receiver right? */

import { writeFile } from 'node:fs/promises'
import { Argument, Option } from 'commander'
import type { CheckCase, CheckResult, World } from '../../check/case.ts'
import { checkCases } from '../../check/cases.ts'
import { toJunit, type CheckedTarget } from '../../check/junit.ts'
import { runCases } from '../../check/run.ts'
import { summarize } from '../../check/summary.ts'
import { findCheckTargets } from '../../check/target.ts'
import { createWorld } from '../../check/world.ts'
import { didYouMean } from '../../config/spelling.ts'
import { toDeliveryHeaders } from '../../delivery/request.ts'
import { createSender, type Sender } from '../../delivery/send.ts'
import { FicDevError } from '../../errors.ts'
import { caseText, summaryText } from '../terminal/check-lines.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { demandWritable, toFileFailure } from '../out-file.ts'
import type { Output } from '../output.ts'
import { withRunningSettings } from '../running-settings.ts'
import { visible } from '../terminal/visible.ts'
import { whileWaiting } from '../terminal/waiting.ts'
import { readLimit, readSeconds, readWords } from '../values.ts'
import { typed } from '../typed.ts'

export interface CheckOptions {
  timeout?: number
  wait?: number
  audience?: string
  only?: string[]
  skip?: string[]
  junit?: string
}

export const checkCommand = defineCommand<CheckOptions>({
  name: 'check',
  group: 'Your app',
  arguments: [new Argument('[url]')],
  summary: 'test the webhook route of your app',
  description: 'Test the webhook route of your app.',
  options: [
    new Option('--timeout <seconds>', 'time limit for an answer; 0 for none (default: 5)').argParser(
      readLimit,
    ),
    new Option('--wait <seconds>', 'time limit for your app to start (default: 5)').argParser(readSeconds),
    new Option('--audience <url>', 'audience of the tokens (default: the URL of the route)'),
    new Option('--only <cases>', 'run only these cases, comma-separated').argParser(readWords),
    new Option('--skip <cases>', 'skip these cases, comma-separated').argParser(readWords),
    new Option('--junit <file>', 'also write the results as JUnit XML'),
  ],
  settings: ['company', 'headers', 'insecure', 'yes'],
  details: `
The test sends genuine notifications and forged ones, with made-up ids, and reports what Fatture in Cloud would do after
each answer. Your app processes the genuine ones like any other event. It needs the dev key and the audience: "fic-dev env"
prints both as environment variables. An answer is right, wrong, or careless (it works, but is risky or slow). The exit code
is 1 if an answer is wrong.`,
  examples: [
    ['fic-dev check', 'all configured targets'],
    ['fic-dev check localhost:3000/webhooks', 'one route'],
    ['fic-dev check --skip structured', 'for a subscription with the binary mapping'],
    ['fic-dev check --only forged,expired', 'only these cases'],
    ['fic-dev check --wait 30 --junit check.xml', 'in CI, while your app starts'],
  ],
  complete: {
    '--only': { words: caseNames, isList: true },
    '--skip': { words: caseNames, isList: true },
  },
  run,
})

/** Exit code 1 when something is wrong; what is careless does not count. */
async function run(invocation: Invocation<CheckOptions>): Promise<number> {
  const { args, options, output } = invocation
  const cases = chooseCases(options)
  if (options.junit !== undefined) await demandWritable(options.junit, '--junit')
  const config = await withRunningSettings(invocation)
  const checked: CheckedTarget[] = []
  for (const target of findCheckTargets(args[0], config)) {
    const world = await createWorld(target, {
      ...config,
      toDeliveryHeaders,
      audience: options.audience,
    })
    const sender = createSender({ maxSockets: 1, insecure: config.insecure })
    const results = await checkTarget(cases, { world, options, sender, output }).finally(() => sender.close())
    checked.push({ target: target.url.href, results })
  }
  if (options.junit !== undefined) await writeJunit(options.junit, checked)
  return checked.every(({ results }) => results.every(({ outcome }) => outcome !== 'wrong')) ? 0 : 1
}

interface Asking {
  world: World
  options: CheckOptions
  sender: Pick<Sender, 'send'>
  output: Output
}

async function checkTarget(
  cases: readonly CheckCase[],
  { world, options, sender, output }: Asking,
): Promise<CheckResult[]> {
  const { target: url, audience } = world
  const target = url.href
  const results: CheckResult[] = []
  // Anything else would be a line among the objects.
  const line = (text: string) => void (output.json || output.line(typed(text)))
  line(
    `Checking ${visible(target)}, signed with this project's dev key, for the audience ${visible(audience)}`,
  )
  const { timeout: timeoutMs = 5_000, wait: waitMs = 5_000 } = options
  await whileWaiting(
    output,
    () => waitedFor(cases, results, world),
    async () => {
      for await (const result of runCases(cases, { world, exchange: sender.send, timeoutMs, waitMs })) {
        results.push(result)
        if (output.json) output.object({ type: 'case', target, ...result })
        // Skipped for the same reason, so it is said once.
        else if (result.outcome !== 'skipped' || results.at(-2)?.says !== result.says) {
          line(result.outcome === 'skipped' ? visible(result.says) : caseText(result, output.colors))
        }
      }
    },
  )
  const summary = summarize({ target, audience }, results)
  if (output.json) output.object({ type: 'summary', ...summary })
  else line(summaryText(summary, results, output.colors))
  return results
}

/** The first result is that of the start. */
function waitedFor(
  cases: readonly CheckCase[],
  { length }: readonly CheckResult[],
  { target }: World,
): string {
  if (length === 0) return `waiting until something listens at ${target.host}`
  return `${length} of ${cases.length}: ${cases[length - 1]?.title ?? 'done'}`
}

function caseNames(): string[] {
  return checkCases.map(({ name }) => name)
}

/** `--skip structured` leaves out `structured` and `structured-json`. */
function chooseCases({ only, skip = [] }: CheckOptions): CheckCase[] {
  for (const name of [...(only ?? []), ...skip]) {
    if (checkCases.some((one) => isMeant(one, name))) continue
    const names = caseNames()
    throw new FicDevError('USAGE', `There is no case "${name}".${didYouMean(name, names)}`, {
      hint: `The cases: ${names.join(', ')}.`,
    })
  }
  const wanted = (one: CheckCase) => only === undefined || only.some((name) => isMeant(one, name))
  return checkCases.filter((one) => wanted(one) && !skip.some((name) => isMeant(one, name)))
}

function isMeant({ name }: CheckCase, word: string): boolean {
  return name === word || name.startsWith(`${word}-`)
}

async function writeJunit(file: string, checked: readonly CheckedTarget[]): Promise<void> {
  await writeFile(file, toJunit(checked)).catch((error: unknown) => {
    throw toFileFailure(file, '--junit', error)
  })
}
