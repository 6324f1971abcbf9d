/** Files from a person's hand come in the encodings of editors and shells; none is misread without a word, none is damaged. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { decodeText } from '../../src/text-file.ts'
import { exportedLine } from '../support/exported.ts'
import { createFolder, run } from '../support/process.ts'
import { fic } from '../support/tokens.ts'

const utf16be = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()
const hint = 'Save it as UTF-8; in Windows PowerShell'

/** What editors and shells make of a text: VS Code, Notepad, PowerShell 5 and 7, cmd, old editors. */
const readable: [name: string, write: (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
  ['UTF-16LE, as PowerShell 5 writes with >', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16BE', utf16be],
  ['UTF-8 with CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ['UTF-8 with a mark and CRLF', (text) => Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`)],
]

const unreadable: [name: string, write: (text: string) => Buffer][] = [
  ['Latin-1', (text) => Buffer.from(`${text}# perch\u00E9\n`, 'latin1')],
  ['UTF-16LE without a mark', (text) => Buffer.from(text, 'utf16le')],
  [
    'UTF-32LE',
    (text) =>
      Buffer.from(
        [...`\uFEFF${text}`].flatMap((one) => [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8, 0, 0]),
      ),
  ],
  ['Shift JIS', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x0a])])],
  ['GB 18030', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0x0a])])],
  ['binary', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0, 255, 0, 1])])],
]

async function sourceOf(cwd: string, key: string, environment: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = await run(['--print-config', '--json'], { cwd, environment })
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { key?: string; value?: unknown; source?: string })
  return { row: rows.find((row) => row.key === key), stdout, stderr, exitCode }
}

describe.each(readable)('%s', (_name, write) => {
  test('is read in .env, a token file, a config file and a key file', async () => {
    const cwd = createFolder()
    writeFileSync(
      join(cwd, '.env'),
      write('FIC_COMPANY_ID=12\nFIC_DEV_KEEP=77\nFIC_ACCESS_TOKEN_FILE=token\n'),
    )
    writeFileSync(join(cwd, 'token'), write('a/token\n'))
    writeFileSync(join(cwd, 'fic-dev.config.json'), write('{\n  "port": 4999\n}\n'))
    writeFileSync(join(cwd, 'key.pem'), write(fic.publicPem))

    const environment = { FIC_DEV_PUBLIC_KEY: 'key.pem' }
    const { row, stderr } = await sourceOf(cwd, 'company', environment)
    expect([row?.value, stderr]).toEqual([12, expect.not.stringContaining('error')])
    expect((await sourceOf(cwd, 'keep', environment)).row?.value).toBe(77)
    expect((await sourceOf(cwd, 'port', environment)).row?.value).toMatchObject({ port: 4999 })
    expect((await sourceOf(cwd, 'publicKey', environment)).row?.value).toBe(fic.publicPem)
  })

  test('is imported', async () => {
    const cwd = createFolder()
    const lines = [exportedLine('1:a'), exportedLine('1:b'), ''].join('\n')
    writeFileSync(join(cwd, 'export.ndjson'), write(lines))

    const { stdout } = await run(['import', 'export.ndjson', '--json'], { cwd })

    expect(JSON.parse(stdout)).toEqual({ imported: 2, skipped: 0 })
  })
})

describe.each(unreadable)('%s', (_name, write) => {
  test('is refused with the name of the file and what to do', async () => {
    const cwd = createFolder()
    writeFileSync(join(cwd, '.env'), write('FIC_ACCESS_TOKEN=a/x\n'))
    const { exitCode, stderr } = await run(['--print-config'], { cwd })
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining(`${join(cwd, '.env')} is not UTF-8 text.`),
    ])
    expect(stderr).toContain(hint)

    const other = createFolder()
    writeFileSync(join(other, 'fic-dev.config.json'), write('{}\n'))
    const config = await run(['--print-config'], { cwd: other })
    expect(config.stderr).toContain(`${join(other, 'fic-dev.config.json')} is not UTF-8 text.`)
  })

  test('is refused in an import, with its line', async () => {
    const cwd = createFolder()
    const bytes = Buffer.concat([Buffer.from(`${exportedLine('1:a')}\n`), write(exportedLine('1:b'))])
    writeFileSync(join(cwd, 'export.ndjson'), bytes)
    const { exitCode, stderr } = await run(['import', 'export.ndjson'], { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/Line \d+ is not UTF-8 text|Line \d+ is not an exported notification/)
  })
})

test('a config file in TypeScript that is UTF-16 is named as such', async () => {
  const cwd = createFolder()
  writeFileSync(join(cwd, 'fic-dev.config.ts'), Buffer.from('\uFEFFexport default {}\n', 'utf16le'))
  const { exitCode, stderr } = await run(['--print-config'], { cwd })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('fic-dev.config.ts is not UTF-8 text.')])
})

test('a byte order mark in the middle of a text stays', () => {
  expect(decodeText(Buffer.from('\uFEFFa\uFEFFb'))).toBe('a\uFEFFb')
})

describe('a value in quotes that its launcher kept, as docker --env-file does', () => {
  test.each([`"12"`, `'12'`, '`12`', '12', ' "12" '])('%s is 12', async (value) => {
    expect((await sourceOf(createFolder(), 'company', { FIC_COMPANY_ID: value })).row?.value).toBe(12)
  })

  test('a quote on one side only is part of the value', async () => {
    const { stderr } = await sourceOf(createFolder(), 'company', { FIC_COMPANY_ID: `"12` })
    expect(stderr).toContain('FIC_COMPANY_ID is "\\"12"')
  })
})

test('a public key with \\n for its line ends is accepted in a variable, .env, a flag and a file', async () => {
  const escaped = fic.publicPem.replaceAll('\n', String.raw`\n`)
  const cwd = createFolder()
  const inVariable = await sourceOf(cwd, 'publicKey', { FIC_DEV_PUBLIC_KEY: escaped })
  expect(inVariable.row?.value).toBe(fic.publicPem)
  writeFileSync(join(cwd, '.env'), `FIC_DEV_PUBLIC_KEY='${escaped}'\n`)
  expect((await sourceOf(cwd, 'publicKey')).row?.value).toBe(fic.publicPem)
  const flagged = await run(['--print-config', '--json', '--public-key', escaped], { cwd })
  expect(flagged.stdout).toContain(JSON.stringify(fic.publicPem))
  writeFileSync(join(cwd, 'key.txt'), escaped)
  expect((await sourceOf(cwd, 'publicKey', { FIC_DEV_PUBLIC_KEY: 'key.txt' })).row?.value).toBe(fic.publicPem)
})

describe('init edits .env and .gitignore, and changes nothing else in them', () => {
  async function init(cwd: string, args: string[] = []) {
    await using emulator = await createEmulator()
    const environment = { FIC_ACCESS_TOKEN: 'a/new' }
    return run(['init', '--yes', '--company', '1', '--save-token', '--api-base', emulator.url, ...args], {
      cwd,
      environment,
    })
  }

  test.each<[name: string, before: string, after: string]>([
    ['nothing', '', 'FIC_ACCESS_TOKEN=a/new\n'],
    ['no line end', 'A=1', 'A=1\nFIC_ACCESS_TOKEN=a/new\n'],
    ['CRLF', 'A=1\r\nB=2\r\n', 'A=1\r\nB=2\r\nFIC_ACCESS_TOKEN=a/new\r\n'],
    [
      'an older token between others',
      'A=1\nFIC_ACCESS_TOKEN=old\n# note\nB=2\n',
      'A=1\nFIC_ACCESS_TOKEN=a/new\n# note\nB=2\n',
    ],
    ['export and quotes', `export FIC_ACCESS_TOKEN="old" # mine\n`, 'export FIC_ACCESS_TOKEN=a/new # mine\n'],
    [
      'a comment that looks like it',
      '# FIC_ACCESS_TOKEN=x\n',
      '# FIC_ACCESS_TOKEN=x\nFIC_ACCESS_TOKEN=a/new\n',
    ],
    [
      'a value of several lines',
      `KEY="one\nFIC_ACCESS_TOKEN=inside\n"\n`,
      `KEY="one\nFIC_ACCESS_TOKEN=inside\n"\nFIC_ACCESS_TOKEN=a/new\n`,
    ],
    ['a byte order mark', '\uFEFFFIC_ACCESS_TOKEN=old\nB=2\n', '\uFEFFFIC_ACCESS_TOKEN=a/new\nB=2\n'],
    ['odd spaces and accents', '  A =  "perché"  \n\n\n', '  A =  "perché"  \n\n\nFIC_ACCESS_TOKEN=a/new\n'],
  ])('with %s', async (_name, before, after) => {
    const cwd = createFolder()
    writeFileSync(join(cwd, '.env'), before)
    const { exitCode } = await init(cwd)

    expect([exitCode, readFileSync(join(cwd, '.env'), 'utf8')]).toEqual([0, after])
    expect(parseEnv(after.replace('\uFEFF', ''))['FIC_ACCESS_TOKEN']).toBe('a/new')
  })

  test.each<[name: string, bytes: Buffer]>([
    ['Latin-1', Buffer.from('DB_PASSWORD=perch\u00E9\n', 'latin1')],
    ['UTF-16', Buffer.from('\uFEFFA=1\r\n', 'utf16le')],
  ])('with %s, it refuses and leaves every byte as it is', async (_name, bytes) => {
    const cwd = createFolder()
    writeFileSync(join(cwd, '.env'), bytes)
    const { exitCode, stderr } = await init(cwd)

    expect(exitCode).toBe(2)
    expect(stderr).toContain('.env is not UTF-8 text')
    expect(readFileSync(join(cwd, '.env'))).toEqual(bytes)
  })

  test('a .gitignore keeps its line ends and its bytes', async () => {
    const cwd = createFolder()
    writeFileSync(join(cwd, '.gitignore'), Buffer.from('caff\u00E8/\r\ndist\r\n', 'latin1'))
    await init(cwd)

    expect(readFileSync(join(cwd, '.gitignore'), 'latin1')).toBe(
      'caff\u00E8/\r\ndist\r\n.fic-dev/\r\n.env\r\n',
    )
  })
})
