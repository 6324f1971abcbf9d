/** What a developer reads in the terminal and in `fic-dev check` when a server refuses: the same sentence. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventTypes, toShortName } from '../../src/fic/event-types.ts'
import { createFolder, follow, run } from '../support/process.ts'
import { refusals, startRefusal } from '../support/refusals.ts'

test('the terminal and check say the same sentence about each server that refuses', async () => {
  const cwd = createFolder()
  const urls = await Promise.all(refusals.map(startRefusal))
  const types = refusals.map((_refusal, index) => toShortName(eventTypes[index]?.type ?? ''))
  const forwardTo = urls.map((url, index) => ({ types: [types[index]], url }))
  await writeFile(join(cwd, 'fic-dev.config.json'), JSON.stringify({ forwardTo }))
  const daemon = follow(['--emulator', '--no-open'], { cwd })
  await daemon.said('fic-dev is ready')
  const emulatorUrl = /emulator +(http:\S+)/.exec(daemon.stderr())?.[1]
  for (const type of types) {
    await fetch(`${emulatorUrl}/_emulator/trigger`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type }),
    })
  }
  // Each hint names its address in its first sentence.
  await Promise.all(urls.map((url) => daemon.said(new RegExp(`hint {2}(?:No \\w+ \\w+ )?${url}\\b`))))
  const hints = urls.map((url) =>
    daemon
      .stderr()
      .split('\n')
      .find((line) => line.includes('hint  ') && line.includes(`${url}`)),
  )

  // Beside it, check takes the configured targets in their order.
  const { stdout } = await run(['check', '--only', 'binary'], { cwd })

  for (const [index, { says }] of refusals.entries()) {
    const hint = hints[index]?.replace(/^.*hint {2}/, '').replace(/ The answer begins:$/, '') ?? ''
    expect(hint).toMatch(says)
    expect(stdout).toContain(hint)
  }
})
