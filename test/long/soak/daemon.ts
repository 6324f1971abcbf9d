/** The built daemon of a soak: started again after each kill, always at the same ports, and watched for ending by itself. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { builtCli } from '../../support/built-cli.ts'

export interface SoakedDaemon {
  pid(): number
  /** Resolves with the sink URL when it is ready. */
  start(): Promise<string>
  kill(): Promise<void>
  /** Ends it as a person does; gives the exit code. */
  stop(): Promise<number | null>
  /** Runs another command in the same folder, line by line. */
  run(args: readonly string[], take: (line: string) => void): Promise<void>
  /** How often it ended without being asked, or said that it failed. */
  failures: string[]
}

export function createSoakedDaemon(cwd: string, flags: readonly string[]): SoakedDaemon {
  const failures: string[] = []
  let child: ChildProcess | null = null
  let isWanted = false

  function launch(args: readonly string[]): ChildProcess {
    const env = { PATH: process.env['PATH'], HOME: cwd }
    return spawn(process.execPath, [builtCli, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    isWanted = false
    const ending = child
    if (ending === null || ending.exitCode !== null) return ending?.exitCode ?? null
    ending.kill(signal)
    const [exitCode] = (await once(ending, 'exit')) as [number | null]
    return exitCode
  }

  return {
    failures,
    pid: () => child?.pid ?? 0,
    async start() {
      const started = launch(['start', '--json', '--no-open', ...flags])
      child = started
      isWanted = true
      let said = ''
      started.stderr?.on('data', (chunk) => {
        said = (said + String(chunk)).slice(-4_000)
        if (/FIC_DEV_E_INTERNAL|nhandled|"level":"error"/.test(String(chunk))) failures.push(String(chunk))
      })
      started.once('exit', (code) => {
        if (isWanted && child === started) failures.push(`it ended by itself with ${code}: ${said}`)
      })
      return new Promise((resolve, reject) => {
        started.once('exit', (code) =>
          reject(new Error(`It ended with ${code} before it was ready. ${said}`)),
        )
        createInterface({ input: started.stdout ?? process.stdin }).on('line', (line) => {
          const told = JSON.parse(line) as { type: string; sinkUrl: string }
          if (told.type === 'ready') resolve(told.sinkUrl)
        })
      })
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    async run(args, take) {
      const running = launch(args)
      const lines = createInterface({ input: running.stdout ?? process.stdin })
      for await (const line of lines) take(line)
      if (running.exitCode === null) await once(running, 'exit')
    },
  }
}
