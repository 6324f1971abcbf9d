/** No port of ours can be reached from another machine, and no flag, variable or setting makes one so. */

import { execFile } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { createFolder, isReady, pidIn, run, start } from '../support/process.ts'
import { createProject, refusal } from '../support/project.ts'
import { hasProc, listeningAt } from '../support/process-facts.ts'

/** 127.0.0.1 as the kernel of a little-endian machine writes it. */
const loopback = '0100007F'

test.skipIf(!hasProc)('sink, inspector and emulator listen on 127.0.0.1, and nothing else does', async () => {
  const cwd = createFolder()
  const environment = { HOST: '0.0.0.0', FIC_DEV_HOST: '0.0.0.0', FIC_DEV_INSPECTOR_HOST: '0.0.0.0' }
  const daemon = start(['--emulator'], { cwd, environment })
  const ready = await daemon.line(isReady)
  const ports = ['sinkUrl', 'inspectorUrl', 'emulatorUrl'].map((name) => Number(new URL(ready[name]).port))
  const listening = listeningAt(pidIn(cwd))

  expect(listening.map(({ port }) => port).toSorted()).toEqual(ports.toSorted())
  expect(new Set(listening.map(({ address }) => address))).toEqual(new Set([loopback]))
})

const others = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
  .map(({ address }) => address)

test.skipIf(others.length === 0)('at the other addresses of this machine, nobody answers', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  const ready = await daemon.line(isReady)
  for (const name of ['sinkUrl', 'inspectorUrl', 'emulatorUrl']) {
    for (const address of others) {
      expect(await refuses(address, Number(new URL(ready[name]).port))).toBe('ECONNREFUSED')
    }
  }
})

/** The setup of the tests allows loopback only, so a process of its own asks. */
function refuses(host: string, port: number): Promise<string> {
  const script = `require('net').connect({ host: '${host}', port: ${port} })
    .on('connect', () => { console.log('connected'); process.exit() })
    .on('error', (error) => console.log(error.code))`
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', script], (_error, stdout) => resolve(stdout.trim()))
  })
}

describe('another address cannot be asked for', () => {
  test.each(['--inspector-host', '--host', '--listen', '--bind'])('with %s', async (flag) => {
    const { exitCode, stderr } = await run([flag, '0.0.0.0', '--emulator'], { cwd: createFolder() })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('FIC_DEV_E_USAGE')
  })

  test.each(['inspectorHost', 'host'])('with %s in the config file', async (key) => {
    const cwd = createProject({ 'fic-dev.config.json': JSON.stringify({ [key]: '0.0.0.0' }) })

    expect(await refusal(cwd)).toMatchObject({ exitCode: 2, message: expect.stringContaining(key) })
  })

  test.each(['0.0.0.0:4620', '*:4620', '::'])('with %s as port', async (port) => {
    const { exitCode } = await run(['--port', port, '--emulator'], { cwd: createFolder() })

    expect(exitCode).toBe(2)
  })
})
