/** Without the client of NATS, as after a plain install of fic-dev. */

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFolder } from '../support/process.ts'

/** A copy of the built program that finds what it depends on, and nothing else. */
function installAlone(): string {
  const folder = createFolder()
  const home = join(folder, 'node_modules', 'fic-dev')
  mkdirSync(home, { recursive: true })
  cpSync('dist', join(home, 'dist'), { recursive: true })
  cpSync('package.json', join(home, 'package.json'))
  for (const name of ['libsql', 'tsx']) {
    symlinkSync(join(process.cwd(), 'node_modules', name), join(folder, 'node_modules', name))
  }
  return folder
}

test('the one line that installs it is named, by the hub and by a follower', async () => {
  const cwd = installAlone()
  const cli = join('node_modules', 'fic-dev', 'dist', 'cli.js')
  const ports = ['--port', '0', '--no-open']
  const run = (args: string[]) =>
    new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const options = { cwd, env: { PATH: process.env['PATH'], HOME: cwd } }
      execFile(process.execPath, [cli, ...args, ...ports], options, (error, _stdout, stderr) =>
        resolve({ code: error?.code, stderr }),
      )
    })
  const server = 'nats://127.0.0.1:1'
  for (const args of [
    ['start', '--share', server, '--tunnel', 'none', '--sink-port', '0'],
    ['follow', server, '--company', '1'],
  ]) {
    const { code, stderr } = await run(args)
    expect(code).toBe(1)
    const version = process.version.startsWith('v20.') ? '@3.3.1' : ''
    expect(stderr).toContain(
      `npm install --save-dev @nats-io/transport-node${version} @nats-io/jetstream${version}`,
    )
    expect(stderr).toContain('FIC_DEV_E_SHARE_CLIENT')
  }
})
