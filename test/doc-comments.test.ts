/** The doc comments that editors show: every member has one, with the default that the code has. */

import { expect, test } from 'vitest'
import { settingKeys, settings, type SettingKey } from '../src/config/settings.ts'
import { defaultCompany } from '../src/contract/vocabulary.ts'
import { createFaults } from '../src/emulator/faults.ts'
import { readDocumented, type Documented } from './support/source-texts.ts'

const ofConfig = readDocumented('src/index.ts')
const ofEmulator = readDocumented('src/emulator/index.ts')

/** Settings that have a unit, and the word for it in the comment. */
const units: Partial<Record<SettingKey, RegExp>> = {
  company: /\bid of the company\b/,
  concurrency: /\bnumber of parallel deliveries\b/,
  timeout: /\bin seconds\b/,
  port: /\bport\b/,
  sinkPort: /\bport\b/,
  emulatorPort: /\bport\b/,
  keep: /\bnumber of notifications\b/,
  keepDays: /\bnumber of days\b/,
}

test('UserConfig has every setting that a config file may have', () => {
  const inFile = settingKeys.filter((key) => settings[key].example.file !== null)
  expect(
    membersOf(ofConfig, 'UserConfig')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(inFile.sort())
})

test.each(membersOf(ofConfig, 'UserConfig'))('UserConfig.$name has its default', ({ name, text }) => {
  const { standard, standardly } = settings[name as SettingKey]
  const expected = standardly ?? (standard === null ? 'none' : JSON.stringify(standard))
  expect(defaultIn(text)).toBe(expected)
})

test('every number of UserConfig has its unit', () => {
  const numbers = settingKeys.filter((key) => /: [\d_]+$/.test(settings[key].example.file ?? ''))
  expect(Object.keys(units).sort()).toEqual(numbers.sort())
  for (const { name, text } of membersOf(ofConfig, 'UserConfig')) {
    expect(text).toMatch(units[name as SettingKey] ?? /./)
  }
})

test('everything that fic-dev/emulator exports has a comment, and so has every member', () => {
  expect(ofEmulator.length).toBeGreaterThan(10)
  const without = ofEmulator.flatMap(({ name, comment, members }) => [
    ...(comment === null ? [name] : []),
    ...members.filter((member) => member.comment === null).map((member) => `${name}.${member.name}`),
  ])
  expect(without).toEqual([])
})

test.each(['EmulatorOptions', 'SubscribeOptions', 'TriggerRequest', 'ApiFault'])(
  'every optional member of %s has a default',
  (name) => {
    const required = new Set(['sink', 'type'])
    const without = membersOf(ofEmulator, name).filter(({ text }) => defaultIn(text) === null)
    expect(without.map((member) => member.name).filter((each) => !required.has(each))).toEqual([])
  },
)

test('the comments on faults and on the company have the defaults of the code', () => {
  const faults = Object.entries(createFaults().get()).map(([name, value]) => [name, String(value)])
  expect(membersOf(ofEmulator, 'Faults').map(({ name, text }) => [name, defaultIn(text)])).toEqual(faults)
  const company = membersOf(ofEmulator, 'SubscribeOptions').find(({ name }) => name === 'company')
  expect(defaultIn(company?.text ?? '')).toBe(String(defaultCompany))
})

test('a duration has its unit', () => {
  const durations = ofEmulator.flatMap(({ members }) => members.filter(({ name }) => /ms$/i.test(name)))
  expect(durations.length).toBeGreaterThan(4)
  for (const { comment } of durations) expect(comment?.text).toMatch(/\bmilliseconds\b/)
})

function membersOf(documented: Documented[], name: string): { name: string; text: string }[] {
  const found = documented.find((each) => each.name === name)
  if (found === undefined) throw new Error(`${name} is not exported.`)
  return found.members.map((member) => ({ name: member.name, text: member.comment?.text ?? '' }))
}

function defaultIn(comment: string): string | null {
  return /@default (.+)/.exec(comment)?.[1] ?? null
}
