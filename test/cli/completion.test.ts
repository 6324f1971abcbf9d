import { spawnSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingKeys, settings, longFlag } from '../../src/config/settings.ts'
import { builtCli } from '../support/built-cli.ts'
import { createFolder, run, start, type JsonLine } from '../support/process.ts'

/** The words that are offered after these; the last one is being typed. */
async function offered(words: readonly string[], cwd = createFolder()): Promise<string[]> {
  const { exitCode, stdout, stderr } = await run(['__complete', '--', ...words], { cwd })
  expect([exitCode, stderr]).toEqual([0, ''])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '')
}

test('commands are offered, the hidden one is not', async () => {
  const commands = await offered([''])
  expect(commands).toEqual(
    expect.arrayContaining(['start', 'trigger', 'check', 'doctor', 'init', 'completion', 'help']),
  )
  expect(commands.filter((name) => name.startsWith('_'))).toEqual([])
  expect(await offered(['ch'])).toEqual(['check'])
})

test('every flag of the daemon is offered, with and without its name', async () => {
  const flags = await offered(['--'])
  expect(flags).toEqual(expect.arrayContaining(settingKeys.map((key) => longFlag(settings[key]))))
  expect(await offered(['start', '--'])).toEqual(flags)
  expect(await offered(['list', '--sig'])).toEqual(['--signature'])
})

test.each([
  [
    ['trigger', 'entities.clients.'],
    ['create', 'update', 'delete'].map((name) => `entities.clients.${name}`),
  ],
  [
    ['list', '--signature', ''],
    ['valid', 'invalid', 'missing'],
  ],
  [['list', '--type', 'products.s'], ['products.stock_update']],
  [
    ['-e', 'products.create,products.'],
    [
      'products.create,products.update',
      'products.create,products.delete',
      'products.create,products.stock_update',
    ],
  ],
  // As bash hands over `--tunnel=clou`, and as the others do.
  [['--tunnel', '=', 'clou'], ['cloudflared']],
  [['--tunnel=clou'], ['--tunnel=cloudflared']],
  [
    ['--output', ''],
    ['pretty', 'compact', 'quiet'],
  ],
  [
    ['check', '--skip', 'struct'],
    ['structured', 'structured-json'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  // No daemon, no numbers; and a file is for the shell to complete.
  [['show', ''], ['last']],
  [['token', '--notification', ''], ['last']],
  [['import', ''], []],
  [['--forward-to', ''], []],
])('after %j comes %j', async (words, expected) => {
  expect(await offered(words)).toEqual(expected)
})

test.each(['output', 'logLevel', 'mapping', 'verificationMethod', 'respond', 'onExit'] as const)(
  'what is offered for %s is what the setting takes',
  async (key) => {
    const words = await offered([longFlag(settings[key]), ''])
    expect(words.length).toBeGreaterThan(1)
    for (const word of words) expect(settings[key].kind.fromText([word], '.')).toEqual({ value: word })
  },
)

test('numbers of notifications come from the running daemon; a config file is not run for them', async () => {
  const cwd = createFolder()
  const daemon = start(['--emulator'], { cwd })
  await daemon.line(
    (line: JsonLine) => line['type'] === 'notification' && line['notification'].kind === 'welcome',
  )
  await writeFile(join(cwd, 'fic-dev.config.mjs'), 'process.stdout.write("it ran")\nexport default {}\n')
  const { stdout } = await run(['__complete', '--', 'replay', ''], { cwd })
  expect(stdout).toMatch(/^last\tthe newest\n2\tsubscriptions\.welcome \[.*\n1\tverification answered 200\n$/)
  expect(await offered(['replay', '1', '2'], cwd)).toEqual(['2'])
})

test('the script for bash completes in a real bash', async () => {
  const cwd = createFolder()
  const script = await run(['completion', 'bash'], { cwd })
  expect([script.exitCode, script.stderr]).toEqual([0, ''])
  await mkdir(join(cwd, 'bin'))
  await writeFile(join(cwd, 'bin', 'fic-dev'), `#!/bin/sh\nexec '${process.execPath}' '${builtCli}' "$@"\n`)
  await chmod(join(cwd, 'bin', 'fic-dev'), 0o755)
  await writeFile(join(cwd, 'completion.bash'), script.stdout)
  const complete = (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ')
    const asked = `source completion.bash; COMP_WORDS=(fic-dev ${list}); COMP_CWORD=${words.length}; _fic_dev; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', asked], {
      cwd,
      encoding: 'utf8',
      env: { PATH: `${join(cwd, 'bin')}:${process.env['PATH']}`, HOME: cwd },
    })
    return [stdout.split('\n').slice(0, -1), stderr]
  }
  expect(complete('doc')).toEqual([['doctor'], ''])
  expect(complete('list', '--delivery', 'de')).toEqual([['delivered'], ''])
  expect(complete('trigger', 'nothing.so')).toEqual([[''], ''])
})

test.each(['zsh', 'fish'])('the script for %s is understood by it, where it is installed', async (shell) => {
  const { exitCode, stdout } = await run(['completion', shell], { cwd: createFolder() })
  const { status, error } = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' })
  expect([exitCode, error ? 0 : status]).toEqual([0, 0])
})

test('a broken config does not keep a shell from starting', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'fic-dev.config.json'), '{ broken')
  expect((await run(['completion', 'bash'], { cwd })).exitCode).toBe(0)
  expect(await offered(['doc'], cwd)).toEqual(['doctor'])
})
