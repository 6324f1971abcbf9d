/** The configuration: no file, variable or flag makes reading fail otherwise than in words, and right values arrive. */

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { settingKeys, settings, type SettingKey } from '../../src/config/settings.ts'
import { FicDevError } from '../../src/errors.ts'
import { createProject, read, type Reading } from '../support/project.ts'

/** A config, or a mistake in words. */
async function outcomeOf(cwd: string, reading: Reading = {}): Promise<'config' | 'words'> {
  try {
    await read(cwd, reading)
    return 'config'
  } catch (thrown) {
    if (thrown instanceof FicDevError && thrown.exitCode === 2 && thrown.message !== '') return 'words'
    throw thrown
  }
}

const key = fc.oneof(fc.constantFrom<string>(...settingKeys, '__proto__', 'constructor'), fc.string())
const path = (cwd: string) => join(cwd, 'fic-dev.config.json')

test('whatever JSON the file holds, it is a config or a mistake in words', async () => {
  const cwd = createProject()
  const content = fc.oneof(
    fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.webUrl(), fc.nat())).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(content, async (text) => {
      writeFileSync(path(cwd), text)
      expect(['config', 'words']).toContain(await outcomeOf(cwd))
    }),
    { numRuns: 500 },
  )
})

test('whatever stands in variables and flags, it is a config or a mistake in words', async () => {
  const cwd = createProject()
  const names = settingKeys.flatMap((name) => [...settings[name].environment])
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.nat().map(String),
    fc.constantFrom('true', '', ' '),
  )
  const environment = fc.dictionary(fc.constantFrom(...names), value)
  const flags = fc.dictionary(
    fc.constantFrom<SettingKey>(...settingKeys),
    fc.oneof(value, fc.boolean(), fc.array(value)),
  )
  await fc.assert(
    fc.asyncProperty(environment, flags, async (variables, given) => {
      expect(['config', 'words']).toContain(await outcomeOf(cwd, { environment: variables, flags: given }))
    }),
    { numRuns: 500 },
  )
})

test('right values arrive, and are the same from file, environment and flags', async () => {
  const cwd = createProject()
  const values = fc.record(
    {
      keep: fc.integer({ min: 1, max: 100_000_000 }),
      keepDays: fc.integer({ min: 1, max: 36_500 }),
      concurrency: fc.integer({ min: 1, max: 100 }),
      timeout: fc.integer({ min: 0, max: 86_400 }),
      company: fc.maxSafeNat().filter((company) => company > 0),
      respond: fc.constantFrom('ack', 'passthrough'),
      mapping: fc.constantFrom('binary', 'structured'),
      verificationMethod: fc.constantFrom('header', 'query'),
      onExit: fc.constantFrom('keep', 'delete', 'restore'),
      subscription: fc.nat().map((number) => `SUB${number}`),
      output: fc.constantFrom('pretty', 'compact', 'quiet'),
      forwardUnverified: fc.boolean(),
      dropDuplicates: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(values, async (wanted) => {
      const texts = Object.entries(wanted).map(
        ([name, value]) => [name as SettingKey, String(value)] as const,
      )
      const environment = Object.fromEntries(
        texts.map(([name, text]) => [settings[name].environment[0] ?? '', text]),
      )
      const flags = Object.fromEntries(texts)
      writeFileSync(path(cwd), JSON.stringify(wanted))
      const fromFile = await read(cwd)
      rmSync(path(cwd))
      const others = [await read(cwd, { environment }), await read(cwd, { flags })]

      expect(fromFile.config).toMatchObject(wanted)
      expect(others.map(({ config }) => config)).toEqual([fromFile.config, fromFile.config])
    }),
    { numRuns: 200 },
  )
})
