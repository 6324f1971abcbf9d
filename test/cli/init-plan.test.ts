import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askForPlan } from '../../src/cli/init-plan.ts'
import { isEmptyProject } from '../../src/cli/offer-start.ts'
import type { Prompts, Question, TextQuestion } from '../../src/cli/terminal/prompts.ts'
import type { FlagValues } from '../../src/config/choice.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createFolder } from '../support/process.ts'

const companies = [
  { id: 7, name: 'Seven' },
  { id: 12, name: 'Twelve' },
]

/** Answers in order; `null` is Enter. An answer with a problem, or one that isn't asked for, fails. */
function answering(answers: (string | null)[]): Prompts & { asked: string[]; warnings: string[] } {
  const asked: string[] = []
  const warnings: string[] = []
  const next = ({ message }: Question) => {
    asked.push(message)
    if (answers.length === 0) throw new Error(`No answer to ${message}`)
    return answers.shift() ?? null
  }
  const ask = async (question: TextQuestion) => {
    const answer = next(question) ?? question.standard ?? ''
    const problem = question.problem?.(answer) ?? null
    if (problem !== null) throw new Error(problem)
    return answer
  }
  return {
    asked,
    warnings,
    ask,
    choose: async (question) => {
      const answer = next(question)
      const chosen =
        answer === null ? question.choices[0] : question.choices.find(({ name }) => name === answer)
      if (!chosen) throw new Error(`"${answer}" is not in the list.`)
      return chosen.value
    },
    confirm: async (question) => {
      const answer = next(question)
      return answer === null ? question.standard : answer === 'y'
    },
    warn: (sentence) => void warnings.push(sentence),
    during: (work) => work,
  }
}

interface Case {
  file?: object
  flags?: FlagValues
  token?: string
  answers: (string | null)[]
}

async function planOf({ file, flags = {}, token, answers }: Case) {
  const cwd = createFolder()
  if (file) writeFileSync(join(cwd, 'fic-dev.config.json'), JSON.stringify(file))
  const { config, sources } = await readConfig({ cwd, flags, environment: {} })
  const prompts = answering(answers)
  const plan = await askForPlan(prompts, {
    read: { config, sources },
    knownToken: token ?? null,
    companies: async () => companies,
    tunnels: () => [
      { name: 'localtunnel', about: 'built in' },
      { name: 'ssh', about: 'installed' },
    ],
  })
  expect(answers).toEqual([])
  return { plan, ...prompts }
}

const target = { url: 'http://localhost:3000/webhooks', types: [], headers: {} }

describe('init writes', () => {
  test.each<[what: string, given: Case, values: object]>([
    [
      'the emulator if there is no token',
      { answers: ['', null, null] },
      { emulator: true, forwardTo: [target] },
    ],
    [
      'the account if a token is typed after the emulator',
      { file: { emulator: true }, answers: ['t', 'y', '12', null, null, null] },
      { company: 12, forwardTo: [target], tunnel: ['localtunnel'] },
    ],
    [
      'the emulator that was there, if a token is known and the answer is Enter',
      { file: { emulator: true }, token: 't', answers: [null, null, null] },
      { emulator: true, forwardTo: [target] },
    ],
    [
      'the account if a token is known and the emulator is not wanted any more',
      { file: { emulator: true }, token: 't', answers: ['n', null, null, null, 'none'] },
      { company: 7, forwardTo: [target], tunnel: ['none'] },
    ],
    [
      'no tunnel of the account if the emulator replaces it',
      {
        file: { company: 7, tunnel: 'cloudflared', respond: 'passthrough' },
        flags: { emulator: true },
        answers: [null, null],
      },
      { company: 7, emulator: true, respond: 'passthrough', forwardTo: [target] },
    ],
    [
      'an account without a token yet',
      { flags: { emulator: false }, answers: ['', '99', null, null, null] },
      { emulator: false, company: 99, forwardTo: [target], tunnel: ['localtunnel'] },
    ],
    [
      'a server for ssh with its public URL',
      { token: 't', answers: [null, null, null, 'ssh', 'me@example.com', 'https://hooks.example.com/'] },
      {
        company: 7,
        forwardTo: [target],
        tunnel: ['ssh'],
        tunnelHost: 'me@example.com',
        publicUrl: 'https://hooks.example.com',
      },
    ],
    [
      'a public URL in place of a tunnel',
      {
        file: { tunnel: ['ssh'], tunnelHost: 'me@example.com' },
        token: 't',
        answers: [null, null, null, 'public-url', 'https://hooks.example.com'],
      },
      { company: 7, forwardTo: [target], publicUrl: 'https://hooks.example.com' },
    ],
    [
      'what the file says if every answer is Enter',
      {
        file: {
          company: 12,
          forwardTo: [{ url: 'http://localhost:1/', types: ['products.*'], headers: { 'x-a': '1' } }],
          types: ['products.*'],
          tunnel: ['cloudflared', 'localtunnel'],
          keep: 5,
          port: 4700,
        },
        token: 't',
        answers: [null, null, null, null],
      },
      {
        company: 12,
        forwardTo: [{ url: 'http://localhost:1/', types: ['products.*'], headers: { 'x-a': '1' } }],
        types: ['products.create', 'products.update', 'products.delete', 'products.stock_update'],
        tunnel: ['cloudflared', 'localtunnel'],
        keep: 5,
        port: { port: 4700, named: true },
      },
    ],
    [
      'all types again if the answer is all',
      { file: { types: ['products.create'] }, answers: ['', null, 'all'] },
      { emulator: true, forwardTo: [target] },
    ],
    [
      'what flags say, without a question',
      {
        flags: {
          company: '12',
          forwardTo: ['3000'],
          types: ['products.create'],
          publicUrl: 'https://x.example',
        },
        token: 't',
        answers: [],
      },
      {
        company: 12,
        forwardTo: [{ ...target, url: 'http://localhost:3000/' }],
        types: ['products.create'],
        publicUrl: 'https://x.example',
      },
    ],
  ])('%s', async (_what, given, values) => {
    const { plan } = await planOf(given)
    expect(plan.values).toEqual(values)
  })

  test('the company of the list, after a flag that names another one', async () => {
    const { plan, warnings } = await planOf({
      token: 't',
      flags: { company: '99', forwardTo: ['3000'], types: ['products.create'], tunnel: ['none'] },
      answers: ['12'],
    })
    expect([plan.values.company, warnings]).toEqual([12, ["The token doesn't see company 99."]])
  })
})

describe('a project is', () => {
  test.each<
    [is: boolean, what: string, file: object | null, flags: FlagValues, environment: Record<string, string>]
  >([
    [true, 'nothing says anything', null, {}, { PATH: '/bin', NO_COLOR: '1', CI: 'false' }],
    [false, 'it has a config file', {}, {}, {}],
    [false, 'a flag is given', null, { port: '4620' }, {}],
    [false, 'this is CI', null, {}, { CI: '1' }],
    [false, 'there is a token', null, {}, { FIC_ACCESS_TOKEN: 'a/b' }],
    [false, 'the environment has a setting', null, {}, { FIC_COMPANY_ID: '12' }],
  ])('empty: %s if %s', async (is, _what, file, flags, environment) => {
    const cwd = createFolder()
    if (file) writeFileSync(join(cwd, 'fic-dev.config.json'), JSON.stringify(file))
    const read = await readConfig({ cwd, flags, environment })
    expect(isEmptyProject(read, readEnvironment(cwd, environment))).toBe(is)
  })
})
