/** A target that is our own sink would be sent its own notifications without end: it is refused before the first one. */

import { expect, test } from 'vitest'
import { createFolder, isReady, run, start } from '../support/process.ts'

test('forwarding to the own sink, on this machine or through the public URL, ends the start with 2', async () => {
  const cwd = createFolder()
  const first = start(['--emulator'], { cwd })
  const { sinkUrl } = await first.line(isReady)
  first.signal('SIGTERM')
  await first.ended
  const { pathname } = new URL(sinkUrl)

  for (const target of [sinkUrl, `https://hooks.example.com${pathname}`, `${sinkUrl}/?a=1`]) {
    const { exitCode, stderr } = await run(['--emulator', '--port', '0', '-f', target], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('is the sink of this fic-dev')
    expect(stderr).toContain('FIC_DEV_E_CONFIG_INVALID')
  }
})
