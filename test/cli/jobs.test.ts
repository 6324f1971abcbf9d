/** A daemon as a job of an interactive shell: in the background it leaves the terminal alone, in the foreground it takes keys. */

import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { builtCli } from '../support/built-cli.ts'
import { createFolder, run } from '../support/process.ts'
import { hasTerminal, openCommand } from '../support/terminal.ts'

const hasShell = hasTerminal && spawnSync('bash', ['--version']).status === 0

test.skipIf(!hasShell)(
  'started with &, brought back with fg, stopped with Ctrl-Z, continued with bg',
  async () => {
    const cwd = createFolder()
    const shell = openCommand(['bash', '--norc', '--noprofile', '-i'], {
      cwd,
      environment: { PS1: 'prompt> ', NODE: process.execPath, CLI: builtCli },
    })
    await shell.shows('prompt> ')
    shell.type('"$NODE" "$CLI" --emulator --port 0 --sink-port 0 --emulator-port 0 --no-open &\n')
    await shell.shows('fic-dev is ready')
    shell.type('jobs\n')
    await shell.shows('Running')
    // No status line over what is typed.
    expect(shell.shown()).not.toContain('? keys')

    shell.type('fg\n')
    await shell.shows('? keys')
    shell.type('?')
    await shell.shows('q  quit')
    shell.type('\u001A')
    await shell.shows('Stopped')

    const before = shell.shown().length
    shell.type('bg\n')
    await shell.shows('prompt> ')
    expect((await run(['trigger', 'taxes.create'], { cwd })).exitCode).toBe(0)
    await shell.shows('taxes.create')
    expect(shell.shown().slice(before)).not.toContain('? keys')
    shell.type('fg\n')
    await shell.shows('? keys')
    shell.type('\u001A')
    await shell.shows('Stopped')
    shell.type('bg\n')
    // It ends in the background, where a change of the terminal would stop it.
    expect((await run(['stop'], { cwd })).exitCode).toBe(0)
    shell.type('wait; jobs; exit\n')
    expect(await shell.ended).toBe(0)
  },
)
