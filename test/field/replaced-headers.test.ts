/** A configured header that replaces what Fatture in Cloud sends is said once at the start: the app would see no signature. */

import { describe, expect, test } from 'vitest'
import { createFolder, isReady, run, start } from '../support/process.ts'
import { createProject, read } from '../support/project.ts'
import { startTarget } from '../support/target.ts'

const signature = /^(.*): "authorization" replaces the token in which Fatture in Cloud signs/

describe('the signature that will not reach the app is noted for', () => {
  test.for<[what: string, reading: object, file: object | null, place: string]>([
    ['a flag', { flags: { headers: ['authorization: Basic eDp5'] } }, null, '--header'],
    ['another spelling', { flags: { headers: ['AUTHORIZATION:Basic eDp5'] } }, null, '--header'],
    [
      'blanks around the name',
      { flags: { headers: ['x-a: 1', ' Authorization : Basic eDp5'] } },
      null,
      '--header',
    ],
    ['an empty value', { flags: { headers: ['authorization:'] } }, null, '--header'],
    [
      'the environment',
      { environment: { FIC_DEV_HEADER: 'Authorization: Bearer x' } },
      null,
      'FIC_DEV_HEADER',
    ],
    ['the config file', {}, { headers: { Authorization: 'Basic eDp5' } }, 'headers'],
    [
      'one target of the config file',
      {},
      {
        forwardTo: [
          { url: 'http://localhost:3000/a', headers: { authorization: 'x' } },
          'http://localhost:3000/b',
        ],
      },
      'http://localhost:3000/a)',
    ],
  ])('%s', async ([_what, reading, file, place]) => {
    const cwd = createProject(file === null ? {} : { 'fic-dev.config.json': JSON.stringify(file) })
    const { notes } = await read(cwd, reading)
    const noted = notes.flatMap((note) => signature.exec(note)?.[1] ?? [])

    expect(noted).toEqual([expect.stringContaining(place)])
    expect(notes.join()).not.toContain('eDp5')
  })
})

test.each(['ce-type', 'CE-ID', 'Content-Type', 'x-fic-verification-challenge'])(
  '%s is noted, too',
  async (name) => {
    const { notes } = await read(createProject(), { flags: { headers: [`${name}: x`] } })

    expect(notes).toEqual([
      expect.stringContaining(`"${name.toLowerCase()}" replaces what Fatture in Cloud sends`),
    ])
  },
)

test.each(['x-authorization: x', 'proxy-authorization: x', 'cookie: a=b', 'x-ce-type: x', 'x-team: billing'])(
  '%s replaces nothing of Fatture in Cloud, and is not noted',
  async (header) => {
    expect((await read(createProject(), { flags: { headers: [header] } })).notes).toEqual([])
  },
)

test('a start says it once on stderr, also with --json, and the doctor says it', async () => {
  await using target = await startTarget()
  const cwd = createFolder()
  const header = ['--header', 'Authorization: Basic eDp5', '-f', target.url]
  const daemon = start(['--emulator', ...header], { cwd })
  await daemon.line(isReady)
  await target.waitFor(1)
  daemon.signal('SIGTERM')
  await daemon.ended

  expect(target.received[0]?.headers['authorization']).toBe('Basic eDp5')
  expect(daemon.stderr().match(/note: --header: "authorization" replaces the token/g)).toHaveLength(1)
  const doctor = await run(['doctor', '--json', ...header], { cwd })
  expect(doctor.stdout).toContain('replaces the token in which Fatture in Cloud signs')
})
