import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { longFlag, settingKeys, settings, type Setting, type SettingKey } from '../../src/config/settings.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, run } from '../support/process.ts'
import { readBack } from './read-back.ts'

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

test('without an account it sets the emulator up', async () => {
  const cwd = createFolder()
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
  expect([first.exitCode, await readBack(cwd)]).toEqual([0, { company: 108_061, apiBase: emulator.url }])
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

test('every value that a flag gives is saved, and read back as it was given', async () => {
  const cwd = createFolder()
  await using emulator = await createEmulator()
  await writeFile(join(cwd, 'emulator.pem'), emulator.publicKey)
  const other: Partial<Record<SettingKey, string>> = { tunnel: 'ssh', tunnelHost: 'me@example.com' }
  // The last two are about the command itself.
  const saved = settingKeys.filter(
    (key) => settings[key].example.file !== null && key !== 'color' && key !== 'logLevel',
  )
  const flags = saved.flatMap((key) => {
    const setting: Setting<unknown> = settings[key]
    const hasValue = setting.flag.includes('<')
    return [longFlag(setting), ...(hasValue ? [other[key] ?? setting.example.text.replaceAll('"', '')] : [])]
  })
  const given = await run([...flags, '--print-config', '--json'], { cwd })
  const rows = given.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { exitCode, stderr } = await run(['init', '--yes', ...flags, '--log-level', 'warn', '--no-color'], {
    cwd,
  })
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Wrote fic-dev.config.ts')])
  const isSaved = ({ key }: { key: SettingKey }) => saved.includes(key)
  expect(await readBack(cwd)).toEqual(
    Object.fromEntries(rows.filter(isSaved).map(({ key, value }) => [key, value])),
  )
})

test('without a terminal, flags answer everything, and a question without an answer names its flag', async () => {
  const cwd = createFolder()
  const answered = ['init', '--emulator', '-f', '3000', '-e', 'products.*']
  const cases: [args: string[], named: string][] = [
    [answered.slice(0, 1), '--emulator'],
    [answered.slice(0, 2), '--forward-to'],
    [answered.slice(0, 4), '--types'],
    [['init', '--no-emulator'], 'FIC_ACCESS_TOKEN'],
  ]
  await Promise.all(
    cases.map(async ([args, named]) => {
      const { exitCode, stderr } = await run(args, { cwd })
      expect({ args, exitCode, stderr }).toEqual({
        args,
        exitCode: 2,
        stderr: expect.stringContaining(named),
      })
    }),
  )
  expect((await run(answered, { cwd })).exitCode).toBe(0)
  expect(await readBack(cwd)).toMatchObject({
    emulator: true,
    forwardTo: [{ url: 'http://localhost:3000/' }],
  })
  const again = await run(answered, { cwd })
  expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('--force')])
})

test.each([
  [['-e', 'invoices.create'], 'Did you mean "issued_documents.invoices.create"?'],
  [['-e', 'entites.clients.create'], 'Did you mean "entities.clients.create"?'],
  [['-f', 'product.create=localhost:3000'], 'Did you mean "products.create"?'],
])('with --yes, the unknown event type of %j is refused with what was meant', async (flags, meant) => {
  const cwd = createFolder()
  const { exitCode, stderr } = await run(['init', '--yes', ...flags], { cwd })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(meant)])
  expect(readdirSync(cwd)).toEqual([])
})
