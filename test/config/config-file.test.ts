import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defineConfig } from '../../src/index.ts'
import { createProject, read, refusal } from '../support/project.ts'

const commonjs = { 'package.json': '{ "name": "app" }' }
const modules = { 'package.json': '{ "name": "app", "type": "module" }' }

test.each([
  ['fic-dev.config.ts', commonjs, 'const keep: number = 7\nexport default { keep }'],
  ['fic-dev.config.ts', modules, 'const keep: number = 7\nexport default { keep }'],
  ['fic-dev.config.mts', commonjs, 'const keep: number = 7\nexport default { keep }'],
  ['fic-dev.config.mjs', commonjs, 'export default { keep: 7 }'],
  ['fic-dev.config.js', modules, 'export default { keep: 7 }'],
  ['fic-dev.config.js', commonjs, 'module.exports = { keep: 7 }'],
  ['fic-dev.config.json', commonjs, '{ "keep": 7 }'],
  ...[commonjs, modules].flatMap((files) =>
    ['fic-dev.config.cjs', 'fic-dev.config.cts'].flatMap((name): [string, typeof files, string][] => [
      [name, files, 'module.exports = { keep: 7 }'],
      [name, files, 'exports.default = { keep: 7 }'],
      [name, files, 'exports.__esModule = true\nexports.default = { keep: 7 }'],
      [name, files, 'exports.keep = 7'],
    ]),
  ),
  ['fic-dev.config.cts', modules, 'const keep: number = 7\nexport = { keep }'],
  ['fic-dev.config.cts', modules, 'const keep: number = 7\nexport default { keep }'],
] as [string, Record<string, string>, string][])(
  '%s is loaded in a package of %o',
  async (name, files, content) => {
    const project = createProject({ ...files, [name]: content })
    const { config, file } = await read(project)
    expect(config.keep).toBe(7)
    expect(file).toBe(join(project, name))
  },
)

test('a config in a parent folder is not run', async () => {
  const project = createProject({
    'fic-dev.config.mjs': 'throw new Error("was run")',
    'inner/readme.txt': '',
  })
  expect((await read(join(project, 'inner'))).file).toBeNull()
})

test('--config, or FIC_DEV_CONFIG, names another file; paths in it are meant from its folder', async () => {
  const project = createProject({ 'other/my.json': '{ "dataDir": "data" }' })
  const flag = await read(project, { configFile: 'other/my.json' })
  const variable = await read(project, { environment: { FIC_DEV_CONFIG: 'other/my.json' } })
  expect(flag.config.dataDir).toBe(join(project, 'other', 'data'))
  expect(variable.config.dataDir).toBe(join(project, 'other', 'data'))
  expect((await read(project, { flags: { dataDir: 'data' } })).config.dataDir).toBe(join(project, 'data'))
})

test('a file that is named and missing, and two files side by side, are refused', async () => {
  const project = createProject({ 'fic-dev.config.json': '{}', 'fic-dev.config.mjs': 'export default {}' })
  const two = await refusal(project)
  expect(two).toMatchObject({ code: 'FIC_DEV_E_CONFIG_FILE', exitCode: 2 })
  expect(two.message).toBe('There are 2 config files: fic-dev.config.mjs, fic-dev.config.json.')
  const missing = await refusal(project, { configFile: 'gone.ts' })
  expect(missing.message).toBe(`There is no config file ${join(project, 'gone.ts')}.`)
})

test.each([
  ['fic-dev.config.ts', 'export default {\n  keep: 1\n  open: true,\n}\n', 3],
  ['fic-dev.config.mjs', 'export default {\n  keep: 1\n  open: true,\n}\n', 3],
  ['fic-dev.config.cjs', 'module.exports = {\n  keep: 1\n  open: true,\n}\n', 3],
  ['fic-dev.config.cts', 'module.exports = {\n  keep: 1\n  open: true,\n}\n', 3],
  ['fic-dev.config.json', '{\n  "keep": 1,\n}\n', 3],
])('a syntax error in %s is told with its line, without a stack', async (name, content, line) => {
  const project = createProject({ ...modules, [name]: content })
  const { code, message } = await refusal(project)
  expect(code).toBe('FIC_DEV_E_CONFIG_FILE')
  expect(message).toMatch(new RegExp(`^.*${name.replaceAll('.', String.raw`\.`)}:${line} `))
  expect(message).not.toMatch(/\n|\bat /)
})

test('an error while the file runs is told in its own words', async () => {
  const project = createProject({ 'fic-dev.config.mjs': '\nthrow new Error("no database")' })
  const { message } = await refusal(project)
  expect(message).toBe(`${join(project, 'fic-dev.config.mjs')}:2 cannot be loaded: no database.`)
})

test('a file without default export is refused with an example', async () => {
  const { message, hint } = await refusal(createProject({ 'fic-dev.config.mjs': 'export const keep = 1' }))
  expect(message).toContain('has no default export.')
  expect(hint).toContain('export default {')
})

test('a function is refused: only an object can be checked before anything runs', async () => {
  const { message } = await refusal(createProject({ 'fic-dev.config.mjs': 'export default () => ({})' }))
  expect(message).toContain('exports a function, which is not an object.')
})

test('an import of fic-dev where it is not installed is explained', async () => {
  const project = createProject({
    ...modules,
    'fic-dev.config.ts': "import { defineConfig } from 'fic-dev'\nexport default defineConfig({})",
  })
  const { message, hint } = await refusal(project)
  expect(message).toContain('imports fic-dev, which is not installed in this project.')
  expect(hint).toContain('export default { … }')
})

test('defineConfig gives back what it got', () => {
  const config = { emulator: true }
  expect(defineConfig(config)).toBe(config)
})

test.each([
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['-Infinity', '-Infinity'],
  ['10n', '10n'],
  ['null', 'null'],
  ['"many"', '"many"'],
  ['new Date(0)', 'the date 1970-01-01T00:00:00.000Z'],
  ['new Date(NaN)', 'an invalid date'],
  ['() => 1', 'a function'],
  ['Symbol("x")', 'Symbol(x)'],
  ['[1, NaN]', '[1,NaN]'],
  ['{ a: undefined, b: 1n }', '{"a":undefined,"b":1n}'],
  ['new Map()', 'an object of the class Map'],
  ['"http://anna:secret@localhost"', '"http://…@localhost"'],
])('the setting %s is named as it is written', async (value, shown) => {
  const project = createProject({ 'fic-dev.config.mjs': `export default { keep: ${value} }` })
  const { message } = await refusal(project)
  expect(message).toContain(`keep is ${shown}, which is not a whole number from 1 to 100000000.`)
})

test('a date or a map is no object of settings', async () => {
  for (const [value, shown] of [
    ['new Date(0)', 'the date 1970-01-01T00:00:00.000Z'],
    ['new Map()', 'an object of the class Map'],
  ]) {
    const { message } = await refusal(createProject({ 'fic-dev.config.mjs': `export default ${value}` }))
    expect(message).toContain(`exports ${shown}, which is not an object.`)
  }
  const headers = await refusal(
    createProject({ 'fic-dev.config.mjs': 'export default { headers: new Map() }' }),
  )
  expect(headers.message).toContain('headers is an object of the class Map, which is not an object')
})

const secretUrls = ['http://anna:se/c@ret@localhost:3000/x', 'anna:ret@localhost:3000', 'ftp://anna:ret@h/x']

test.each(['forwardTo', 'apiBase', 'tunnelHost', 'publicUrl'] as const)(
  'no password of a URL in %s is printed',
  async (key) => {
    for (const url of secretUrls) {
      const { message } = await refusal(createProject(), { flags: { [key]: url } })
      expect(message).not.toContain('ret@')
      expect(message).toContain('…@')
    }
  },
)

test.each([
  [
    'forwardTo',
    'which has a user name or password in it; send them as a header: --header "authorization: Basic …"',
  ],
  ['apiBase', 'leave them out: the access token belongs in FIC_ACCESS_TOKEN.'],
  ['tunnelHost', 'leave them out: a localtunnel server takes none.'],
] as const)('a user name and password in %s are refused with their place', async (key, says) => {
  const { message } = await refusal(createProject(), { flags: { [key]: 'http://anna:ret@localhost:3000/x' } })
  expect(message).toContain(says)
})

test('several URLs in one -f are refused with the ways to name them', async () => {
  for (const urls of [
    'http://localhost:3000/a,http://localhost:4000/b',
    'localhost:3000,localhost:4000',
    '3000,4000',
  ]) {
    const { message } = await refusal(createProject(), { flags: { forwardTo: [urls] } })
    expect(message).toContain('contains several URLs. Use -f once for each, ')
  }
})
