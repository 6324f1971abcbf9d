import { existsSync, readFileSync } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, run } from '../support/process.ts'
import { ctrlC, enter, hasTerminal, openTerminal } from '../support/terminal.ts'

/** The values that the config file gives, as fic-dev itself reads it. */
async function readBack(cwd: string): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await run(['--print-config', '--json'], { cwd })
  if (stdout === '') throw new Error(stderr)
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return Object.fromEntries(
    rows.filter(({ source }) => source.startsWith('file ')).map(({ key, value }) => [key, value]),
  )
}

test('with --yes it asks nothing, and writes what the flags say', async () => {
  const cwd = createFolder()
  const flags = ['--company', '12', '-f', 'localhost:4000/hooks', '-e', 'entities.all.create,products.update']
  const { exitCode, stdout } = await run(['init', '--yes', '--json', '--tunnel', 'cloudflared', ...flags], {
    cwd,
  })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ written: [join(cwd, 'fic-dev.config.ts'), join(cwd, '.gitignore')] })
  expect(await readBack(cwd)).toEqual({
    forwardTo: [{ types: [], url: 'http://localhost:4000/hooks', headers: {} }],
    types: ['entities.all.create', 'products.update'],
    company: 12,
    tunnel: ['cloudflared'],
  })
  expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.fic-dev/\n')
})

test('without an account it sets the emulator up; nobody is asked where there is no terminal', async () => {
  const cwd = createFolder()
  const asked = await run(['init'], { cwd })
  expect([asked.exitCode, asked.stderr.includes('nobody to ask')]).toEqual([2, true])
  const { exitCode, stderr } = await run(['init', '--yes'], { cwd })
  expect(exitCode).toBe(0)
  // As it can be typed where nothing is installed.
  expect(stderr).toContain('npx fic-dev@latest trigger issued_documents.invoices.create')
  expect(await readBack(cwd)).toEqual({ emulator: true })
})

test('where fic-dev is installed, the file has the types of the editor', async () => {
  const cwd = createFolder()
  await mkdir(join(cwd, 'node_modules', 'fic-dev'), { recursive: true })
  await run(['init', '--yes'], { cwd })
  expect(readFileSync(join(cwd, 'fic-dev.config.ts'), 'utf8')).toContain(
    "import { defineConfig } from 'fic-dev'",
  )
})

test('a config that is there is replaced only with --force, and kept beside the new one', async () => {
  const cwd = createFolder()
  await writeFile(join(cwd, 'fic-dev.config.json'), '{ "company": 7 }')
  const refused = await run(['init', '--yes'], { cwd })
  expect([refused.exitCode, refused.stderr.includes('--force')]).toEqual([2, true])
  expect((await run(['init', '--yes', '--force', '--emulator'], { cwd })).exitCode).toBe(0)
  expect(await readBack(cwd)).toEqual({ emulator: true, company: 7 })
  expect(readFileSync(join(cwd, 'fic-dev.config.json.old'), 'utf8')).toBe('{ "company": 7 }')
})

test('with --yes a token that sees one company needs no --company, and goes to .env only when asked', async () => {
  const cwd = createFolder()
  await using emulator = await createEmulator()
  await writeFile(join(cwd, '.gitignore'), 'node_modules\n/.fic-dev')
  const place = { cwd, environment: { FIC_ACCESS_TOKEN: 'a/canary#1' } }
  const args = ['init', '--yes', '--api-base', emulator.url]
  const first = await run(args, place)
  expect([first.exitCode, await readBack(cwd)]).toEqual([0, { company: 108_061 }])
  expect(existsSync(join(cwd, '.env'))).toBe(false)

  await writeFile(join(cwd, '.env'), 'OTHER=1\nFIC_ACCESS_TOKEN=old')
  const second = await run([...args, '--force', '--save-token'], place)
  const env = readFileSync(join(cwd, '.env'), 'utf8')
  expect(parseEnv(env)).toEqual({ OTHER: '1', FIC_ACCESS_TOKEN: 'a/canary#1' })
  expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('node_modules\n/.fic-dev\n.env\n')
  const config = readFileSync(join(cwd, 'fic-dev.config.ts'), 'utf8')
  const printed = [first, second].map(({ stdout, stderr }) => stdout + stderr).join('')
  expect(`${printed}${config}`).not.toContain('canary')
})

test.skipIf(!hasTerminal)(
  'in a terminal it asks: a hidden token, the company, the target, the types, the tunnel',
  async () => {
    const cwd = createFolder()
    await using emulator = await createEmulator()
    const terminal = openTerminal(['init', '--api-base', emulator.url], { cwd })
    await terminal.shows('Access token')
    terminal.type(`a/canary${enter}`)
    await terminal.shows('.env')
    terminal.type(enter)
    await terminal.shows('108061')
    await terminal.shows('Company [108061]: ')
    terminal.type(`many${enter}`)
    await terminal.shows('not a whole number')
    await terminal.shows('Company')
    terminal.type(enter)
    await terminal.shows('Your app')
    terminal.type(`localhost:5000/hooks${enter}`)
    await terminal.shows('Event types')
    terminal.type(`entities.*${enter}`)
    await terminal.shows('Tunnel')
    terminal.type(enter)
    expect(await terminal.ended).toBe(0)
    expect(terminal.shown()).not.toContain('canary')
    expect(await readBack(cwd)).toMatchObject({
      company: 108_061,
      forwardTo: [{ url: 'http://localhost:5000/hooks' }],
      types: expect.arrayContaining(['entities.clients.create', 'entities.suppliers.delete']),
    })
    expect(parseEnv(readFileSync(join(cwd, '.env'), 'utf8'))).toEqual({ FIC_ACCESS_TOKEN: 'a/canary' })
    expect((await stat(join(cwd, '.env'))).mode & 0o777).toBe(0o600)
  },
)

test.skipIf(!hasTerminal)('Ctrl-C in the middle writes nothing, and ends with 130', async () => {
  const cwd = createFolder()
  const terminal = openTerminal(['init', '--emulator'], { cwd })
  await terminal.shows('Your app')
  terminal.type(ctrlC)
  expect(await terminal.ended).toBe(130)
  expect([existsSync(join(cwd, 'fic-dev.config.ts')), existsSync(join(cwd, '.gitignore'))]).toEqual([
    false,
    false,
  ])
})

test.skipIf(!hasTerminal)('clear asks, and takes Ctrl-D for a no', async () => {
  const cwd = createFolder()
  const no = openTerminal(['clear'], { cwd })
  await no.shows('[y/N]')
  no.type('\u0004')
  expect(await no.ended).toBe(1)
  const yes = openTerminal(['clear'], { cwd })
  await yes.shows('[y/N]')
  yes.type(`y${enter}`)
  expect(await yes.ended).toBe(0)
})
