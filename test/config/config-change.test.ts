/** A config file that changes while fic-dev runs. */

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FlagValues } from '../../src/config/choice.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { startDaemon, type TestDaemon, type Told } from '../support/daemon.ts'
import { createProject } from '../support/project.ts'
import { startTarget } from '../support/target.ts'

const a = 'http://localhost:4001/a'
const b = 'http://localhost:4002/b'

async function startWith(
  folder: string,
  flags: FlagValues = {},
  environment: Record<string, string> = {},
): Promise<TestDaemon> {
  const input = { cwd: folder, flags, environment }
  const first = await readConfig(input)
  const { forwardTo, headers } = first.config
  const settings = { file: first.file, sources: first.sources, notes: first.notes }
  return startDaemon(
    folder,
    { forwardTo, headers },
    { configFile: { input, first, lookEveryMs: 20 }, settings },
  )
}

const notesOf = ({ told }: TestDaemon) => told.flatMap((one) => (one.type === 'note' ? [one.text] : []))
const hasNote = (text: string) => (one: Told) => one.type === 'note' && one.text.includes(text)
const urls = ({ daemon }: TestDaemon) => daemon.status().targets.map(({ url }) => url)

test.each<[name: string, write: (members: string) => string]>([
  ['fic-dev.config.ts', (members) => `const config: object = { ${members} }\nexport default config\n`],
  ['fic-dev.config.mjs', (members) => `export default { ${members} }\n`],
  ['fic-dev.config.js', (members) => `module.exports = { ${members} }\n`],
  ['fic-dev.config.json', (members) => `{ ${members} }`],
])('a changed %s is applied each time it is saved', async (name, write) => {
  const folder = createProject({ [name]: write(`"forwardTo": "${a}"`) })
  await using fic = await startWith(folder)

  writeFileSync(join(folder, name), write(`"forwardTo": "${b}"`))
  await fic.until(hasNote(`${name} changed: forwardTo applied. Notifications go to ${b}.`))
  expect(urls(fic)).toEqual([b])

  writeFileSync(join(folder, name), write(`"forwardTo": ["${a}", "${b}"], "keep": 5`))
  await fic.until(hasNote(`Notifications go to ${a}, ${b}.`))
  await fic.until(hasNote('keep will apply at the next start.'))
  expect(urls(fic)).toEqual([a, b])
})

test('headers apply to the next delivery; what a broken file says does not apply, and what it said before stays', async () => {
  await using target = await startTarget()
  const name = 'fic-dev.config.mjs'
  const folder = createProject({ [name]: `export default { forwardTo: '${target.url}' }` })
  await using fic = await startWith(folder)

  writeFileSync(
    join(folder, name),
    `export default { forwardTo: '${target.url}', headers: { 'x-team': 'billing' } }`,
  )
  await fic.until(hasNote('headers applied'))
  const count = target.received.length
  await fic.daemon.trigger({ type: 'taxes.create' })
  expect((await target.waitFor(count + 1)).at(-1)?.headers['x-team']).toBe('billing')

  writeFileSync(join(folder, name), `export default {\n forwardTo: \n}`)
  const broken = await fic.until((one) => one.type === 'error')
  expect(broken).toMatchObject({
    error: {
      code: 'FIC_DEV_E_CONFIG_FILE',
      message: expect.stringMatching(/fic-dev\.config\.mjs:\d+ cannot be loaded: [^\n]+$/),
      hint: `The present targets and settings stay. Correct ${name} and save it again.`,
    },
  })
  writeFileSync(join(folder, name), `export default { forwardTo: 'ftp://x', port: 'many' }`)
  const invalid = await fic.until((one) => one.type === 'error' && /CONFIG_INVALID/.test(one.error.code))
  expect(invalid).toMatchObject({ error: { message: expect.stringMatching(/^[^\n]*ftp[^\n]*many[^\n]*$/) } })
  expect(urls(fic)).toEqual([target.url])

  writeFileSync(join(folder, name), `export default { forwardTo: '${fic.sinkUrl}' }`)
  await fic.until((one) => one.type === 'error' && /circles/.test(one.error.message))
  writeFileSync(join(folder, name), `export default { forwardTo: '${a}', headers: { 'x-team': 'billing' } }`)
  await fic.until(hasNote(`Notifications go to ${a}`))
})

test.each<[FlagValues, Record<string, string>, string]>([
  [{ forwardTo: [a] }, {}, 'forwardTo stays, because it was set by a flag.'],
  [{}, { FIC_DEV_FORWARD_TO: a }, 'forwardTo stays, because it was set by FIC_DEV_FORWARD_TO.'],
])('a target from %j %j is stronger than a changed file', async (flags, environment, says) => {
  const folder = createProject({ 'fic-dev.config.json': '{}' })
  await using fic = await startWith(folder, flags, environment)

  writeFileSync(join(folder, 'fic-dev.config.json'), JSON.stringify({ forwardTo: b }))

  await fic.until(hasNote(says))
  expect(urls(fic)).toEqual([a])
})

test('a file that is created is applied, and one that is removed changes nothing', async () => {
  const folder = createProject()
  await using fic = await startWith(folder)
  const file = join(folder, 'fic-dev.config.json')

  writeFileSync(file, JSON.stringify({ forwardTo: a }))
  await fic.until(hasNote(`Notifications go to ${a}.`))
  rmSync(file)
  await fic.until(hasNote('is gone. The present settings stay until the next start.'))
  expect(urls(fic)).toEqual([a])
})

test('targets that were named meanwhile stay when other settings of the file change', async () => {
  const folder = createProject({ 'fic-dev.config.json': JSON.stringify({ forwardTo: a }) })
  await using fic = await startWith(folder)
  await fic.api('/api/targets', { method: 'PUT', body: JSON.stringify({ targets: [b] }) })

  writeFileSync(join(folder, 'fic-dev.config.json'), JSON.stringify({ forwardTo: a, keep: 7 }))
  await fic.until(hasNote('keep will apply'))
  expect([urls(fic), notesOf(fic).length]).toEqual([[b], 1])
})
