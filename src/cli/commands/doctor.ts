/** `fic-dev doctor`: looks at everything that fic-dev stands on, and says what to do. */

import type { DoctorFinding } from '../../contract/doctor.ts'
import type { Status } from '../../contract/status.ts'
import { Option } from 'commander'
import { FicDevError } from '../../errors.ts'
import { connectToDaemon } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { standardName, writeReport } from '../doctor-report.ts'
import { demandWritable } from '../out-file.ts'
import type { Colors } from '../output.ts'
import { withRunningSettings } from '../running-settings.ts'
import { visible } from '../terminal/visible.ts'
import { whileWaiting } from '../terminal/waiting.ts'
import { typed } from '../typed.ts'

interface Options {
  report?: boolean
  out?: string
}

export const doctorCommand = defineCommand<Options>({
  name: 'doctor',
  group: 'This machine',
  summary: 'find problems with this setup',
  options: [
    new Option('--report', 'also write a redacted report, for a bug report'),
    new Option('-o, --out <file>', 'with --report: output file (default: fic-dev-report.json)'),
  ],
  // The same flags as `start`, so that it can be asked about just that start.
  settings: 'all',
  details: `
The checks: Node, configuration and its origin, data directory and disk, keys, clock, access token with companies and
scopes, the running daemon with tunnel and subscription, and your app, which receives a challenge and a notification
signed with the dev key. The exit code is 1 if a check fails.

The report is one JSON file: versions, operating system, settings with their origin, the findings, the status, the
history of the tunnel, counts of verdicts and causes, and the last lines of the log. Tokens, keys, the secret path, ids,
company data, bodies, header values, hosts, and the paths of URLs and files are left out or replaced.`,
  examples: [
    ['fic-dev doctor', 'in the folder of your project'],
    ['fic-dev doctor --report', 'write fic-dev-report.json'],
    ['fic-dev doctor --json', 'one JSON object per finding'],
    ['fic-dev doctor -f localhost:3000/webhooks', 'with the flags of your start command'],
  ],
  run,
})

/** Exit code 1 when something does not work. */
async function run(invocation: Invocation<Options>): Promise<number> {
  const { config, secrets, file, sources, notes, options, output } = invocation
  if (options.out !== undefined && !options.report) {
    throw new FicDevError('USAGE', '--out is for a report.', {
      hint: `fic-dev doctor --report --out ${options.out}`,
    })
  }
  if (options.report) await demandWritable(options.out ?? standardName, '--out')
  const { examine } = await import('../../daemon/examine.ts')
  const findings: DoctorFinding[] = []
  let status: Status | null = null
  const running = await withRunningSettings(invocation)
  const messages = examine({
    config: running,
    accessToken: secrets.accessToken,
    settings: { file, sources, notes },
    status: async () => {
      const client = await connectToDaemon(config)
      status = client && (await client.request<Status>('GET', '/api/status'))
      return status
    },
  })
  await whileWaiting(
    output,
    () => 'looking',
    async () => {
      for await (const message of messages) {
        if (message.type !== 'finding') continue
        findings.push(message)
        if (output.json) output.object(message)
        else output.line(typed(findingText(message, output.colors)))
      }
    },
  )
  if (options.report) {
    const name = await writeReport(invocation, findings, status, running)
    if (output.json) output.object({ type: 'report', file: name })
  }
  return findings.some(({ outcome }) => outcome === 'failure') ? 1 : 0
}

const words: Record<DoctorFinding['outcome'], string> = {
  ok: 'ok',
  warning: 'warning',
  failure: 'failure',
  skipped: '-',
}

function findingText({ name, outcome, what, why, todo }: DoctorFinding, colors: Colors): string {
  const paint =
    outcome === 'ok'
      ? colors.green
      : outcome === 'failure'
        ? colors.red
        : outcome === 'warning'
          ? colors.yellow
          : colors.dim
  const more = [why, todo].filter((line) => line !== null)
  return [
    `${paint(words[outcome].padEnd(8))} ${name.padEnd(13)} ${visible(what)}`,
    ...more.map((line) => `${' '.repeat(23)}${colors.dim(visible(line))}`),
  ].join('\n')
}
