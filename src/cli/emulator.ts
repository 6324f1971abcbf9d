/** `fic-dev emulator`: Fatture in Cloud's side alone, for other daemons and for the tests of other programs. */

import path from 'node:path'
import { listenNear } from '../daemon/listen.ts'
import { createEmulator } from '../emulator/index.ts'
import { createLog } from '../log.ts'
import type { Invocation } from './command.ts'
import { createLogLines } from './log-lines.ts'
import { awaitEnding } from './signals.ts'

interface Options {
  port?: number
  state?: string
}

export async function run({ options, config, output, leave }: Invocation<Options>): Promise<number> {
  const ending = awaitEnding(() => leave(130))
  const log = createLog(config.logLevel, createLogLines(output))
  const choice = options.port === undefined ? config.emulatorPort : { port: options.port, named: true }
  const stateFile = options.state === undefined ? undefined : path.resolve(options.state)
  const emulator = await listenNear(choice, { flag: '--port', of: 'emulator' }, (port) =>
    createEmulator({ port, log, ...(stateFile !== undefined && { stateFile }) }),
  )
  const publicKeyBase64 = Buffer.from(emulator.publicKey).toString('base64')
  if (output.json) output.object({ type: 'ready', emulatorUrl: emulator.url, publicKey: publicKeyBase64 })
  else {
    output.line(emulator.url)
    output.say(`Use it with: fic-dev --api-base ${emulator.url} --public-key ${publicKeyBase64}`)
  }
  const exitCode = await ending.wanted
  await emulator.close()
  return exitCode
}
