/** `fic-dev logs`: what a daemon in the background has printed. */

import { createReadStream, existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Option } from 'commander'
import { isAlive, readDaemonFile } from '../../daemon/daemon-file.ts'
import { FicDevError } from '../../errors.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { logFileOf, olderLogOf } from '../log-file.ts'
import type { Output } from '../output.ts'
import { visible } from '../terminal/visible.ts'
import { readCount } from '../values.ts'

interface Options {
  follow?: boolean
  lines?: number
}

export const logsCommand = defineCommand<Options>({
  name: 'logs',
  group: 'Run',
  summary: 'print the log of fic-dev in the background',
  options: [
    new Option('-f, --follow', 'print new lines until fic-dev ends'),
    new Option('-n, --lines <n>', 'only the last n lines (default: all)').argParser(readCount),
  ],
  examples: [
    ['fic-dev logs', 'everything that is kept'],
    ['fic-dev logs -f -n 20', 'the last lines, then what comes'],
  ],
  run,
})

async function run({ config, options, output }: Invocation<Options>): Promise<void> {
  const daemon = readDaemonFile(config.dataDir)
  const file = daemon === null ? logFileOf(config.dataDir) : daemon.logFile
  if (file === undefined || !existsSync(file)) throw noLog(daemon?.pid ?? null, config.dataDir)
  const print = createPrinter(output)
  const older = await readIfThere(olderLogOf(file))
  const newer = await readIfThere(file)
  // A line that is not complete yet is printed once it is.
  const end = newer.lastIndexOf('\n') + 1
  const lines = toLines(Buffer.concat([older, newer.subarray(0, end)]).toString('utf8'))
  for (const line of options.lines === undefined ? lines : lines.slice(-options.lines)) print(line)
  if (options.follow && daemon !== null) await follow(file, end, daemon.pid, print, output)
}

async function readIfThere(file: string): Promise<Buffer> {
  return existsSync(file) ? readFile(file) : Buffer.alloc(0)
}

function toLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

const lookEveryMs = 200

/** A file that got shorter was cut, and begins again. */
async function follow(
  file: string,
  from: number,
  pid: number,
  print: (line: string) => void,
  output: Output,
): Promise<void> {
  let at = from
  let rest = ''
  for (;;) {
    // Asked first: what it printed last is there after its end.
    const isRunning = isAlive(pid)
    const size = existsSync(file) ? statSync(file).size : 0
    if (size < at) at = 0
    if (size > at) {
      for await (const chunk of createReadStream(file, { start: at, end: size - 1, encoding: 'utf8' })) {
        rest += chunk
      }
      at = size
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of toLines(lines.join('\n'))) print(line)
    }
    if (!isRunning || output.closed()) return
    await pause(lookEveryMs)
  }
}

/** With `--json`, a line of a daemon with `--json` stays as it is; any other is the member of an object. */
function createPrinter(output: Output): (line: string) => void {
  if (!output.json) return (line) => output.line(visible(line))
  return (line) => output.object(readObject(line) ?? { line })
}

function readObject(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function noLog(pid: number | null, dataDir: string): FicDevError {
  return pid === null
    ? new FicDevError('NOT_FOUND', `There is no log in ${dataDir}.`, {
        hint: 'fic-dev start --background starts fic-dev with a log file.',
      })
    : new FicDevError('NOT_FOUND', `The running fic-dev (process ${pid}) has no log file.`, {
        hint: 'It prints to the terminal that started it.',
      })
}
