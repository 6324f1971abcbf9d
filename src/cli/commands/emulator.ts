/** `fic-dev emulator`: Fatture in Cloud's side alone, for other daemons and for the tests of other programs. */

import path from 'node:path'
import { Option } from 'commander'
import { createLog } from '../../log.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { demandWritable } from '../out-file.ts'
import { createLogLines } from '../terminal/log-lines.ts'
import { awaitEnding } from '../signals.ts'
import { readPort } from '../values.ts'

interface Options {
  port?: number
  state?: string
}

export const emulatorCommand = defineCommand<Options>({
  name: 'emulator',
  group: 'Run',
  summary: 'run only the emulator of Fatture in Cloud',
  options: [
    new Option('--port <port>', 'port (default: 4622, or the next free one)').argParser(readPort),
    new Option('--state <file>', 'keep subscriptions and the key in this file'),
  ],
  examples: [
    ['fic-dev emulator', 'prints its URL on stdout and how to use it on stderr'],
    ['fic-dev emulator --port 4622 --state emulator.json', 'keeps subscriptions and the key across restarts'],
  ],
  run,
})

async function run({ options, config, output, leave }: Invocation<Options>): Promise<number> {
  const [{ createEmulator, defaultCompany }, { listenNear }] = await Promise.all([
    import('../../emulator/index.ts'),
    import('../../daemon/listen.ts'),
  ])
  const ending = awaitEnding(() => leave(130))
  const log = createLog(config.logLevel, createLogLines(output))
  const choice = options.port === undefined ? config.emulatorPort : { port: options.port, named: true }
  const stateFile = options.state === undefined ? undefined : path.resolve(options.state)
  if (stateFile !== undefined) await demandWritable(stateFile, '--state')
  const emulator = await listenNear(choice, { flag: '--port', of: 'emulator' }, (port) =>
    createEmulator({ port, log, ...(stateFile !== undefined && { stateFile }) }),
  )
  const publicKeyBase64 = Buffer.from(emulator.publicKey).toString('base64')
  if (output.json) output.object({ type: 'ready', emulatorUrl: emulator.url, publicKey: publicKeyBase64 })
  else {
    output.line(emulator.url)
    const flags = `--api-base ${emulator.url} --company ${defaultCompany} --tunnel none`
    output.say(`Use it with: fic-dev start ${flags} --public-key ${publicKeyBase64}`)
  }
  const exitCode = await ending.wanted
  await emulator.close()
  return exitCode
}
