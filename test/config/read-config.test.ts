import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingKeys, settings } from '../../src/config/settings.ts'
import { createProject, read, refusal } from '../support/project.ts'

// The key as Fatture in Cloud publishes it (docs/protocol.md#5-the-signature).
const ficKey =
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFL1JvSElqZ1k3aGZYZlk1cC9KeStLL0ZndU1aNAozVHZaOXQ0ZU43K2t4UTBNSnpLdG93djRDY1lURnFyQm03aE1CNVpXS25xTHoyNEQ2bFFqU0wwWXN3PT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg=='

test('without file, environment and flags every setting has its default', async () => {
  const project = createProject()
  const { config, sources, secrets, file } = await read(project)
  expect(config).toEqual({
    forwardTo: [],
    types: [],
    company: null,
    emulator: false,
    tunnel: ['localtunnel'],
    tunnelHost: null,
    subdomain: null,
    publicUrl: null,
    mapping: 'binary',
    verificationMethod: 'header',
    share: null,
    shareCreds: null,
    shareCa: null,
    respond: 'ack',
    allowDestructiveAnswers: false,
    forwardUnverified: false,
    dropDuplicates: false,
    concurrency: 1,
    timeout: 30,
    insecure: false,
    port: { port: 4620, named: false },
    sinkPort: { port: 4621, named: false },
    emulatorPort: { port: 4622, named: false },
    apiBase: 'https://api-v2.fattureincloud.it',
    publicKey: null,
    dataDir: join(project, '.fic-dev'),
    keep: 10_000,
    keepDays: null,
    keepResources: false,
    onExit: null,
    subscription: null,
    takeOver: null,
    recreate: false,
    headers: {},
    json: false,
    output: 'pretty',
    logLevel: 'warn',
    open: false,
    color: false,
    yes: false,
    exitOnTunnelFailure: false,
  })
  expect(new Set(Object.values(sources))).toEqual(new Set(['default']))
  expect(secrets).toEqual({ accessToken: null })
  expect(file).toBeNull()
})

test('a flag wins over the environment, the environment over the file, the file over the default', async () => {
  const project = createProject({
    'fic-dev.config.json': JSON.stringify({ concurrency: 2, keep: 2, port: 4702, output: 'compact' }),
  })
  const { config, sources } = await read(project, {
    environment: { FIC_DEV_CONCURRENCY: '3', FIC_DEV_KEEP: '3' },
    flags: { concurrency: '4' },
  })
  const { concurrency, keep, port, mapping } = config
  expect({ concurrency, keep, port, mapping }).toEqual({
    concurrency: 4,
    keep: 3,
    port: { port: 4702, named: true },
    mapping: 'binary',
  })
  expect(sources).toMatchObject({
    concurrency: 'flag',
    keep: 'environment FIC_DEV_KEEP',
    port: `file ${join(project, 'fic-dev.config.json')}`,
    mapping: 'default',
  })
})

test('every setting has a flag and a name in the environment, and none of them twice', () => {
  const flags = settingKeys.map((key) => settings[key].flag)
  const variables = settingKeys.flatMap((key) => settings[key].environment)
  expect(settingKeys).toHaveLength(41)
  expect(new Set(flags.flatMap((flag) => flag.match(/-{1,2}[a-z-]+/g) ?? [])).size).toBe(flags.length + 3)
  expect(new Set(variables).size).toBe(variables.length)
})

test('all problems are told at once, each with its place, key, value and an example', async () => {
  const project = createProject({
    'fic-dev.config.json': JSON.stringify({ concurency: 3, forwardTo: 'ftp://here', open: 'no' }),
  })
  const file = join(project, 'fic-dev.config.json')
  const { code, exitCode, message } = await refusal(project, {
    environment: { FIC_DEV_KEEP: 'many' },
    flags: { port: '70000' },
  })
  expect({ code, exitCode }).toEqual({ code: 'FIC_DEV_E_CONFIG_INVALID', exitCode: 2 })
  expect(message.split('\n')).toEqual([
    'The configuration has 5 problems:',
    `  - ${file}: concurency is 3, but there is no such setting. Did you mean "concurrency"?`,
    `  - ${file}: forwardTo is "ftp://here", which has the scheme "ftp", not http or https. Example: forwardTo: "http://localhost:3000/webhooks"`,
    '  - --port is "70000", which is not a whole number from 0 to 65535. Example: --port 4620',
    '  - FIC_DEV_KEEP is "many", which is not a whole number from 1 to 100000000. Example: FIC_DEV_KEEP=10000',
    `  - ${file}: open is "no", which is not true or false. Example: open: false`,
  ])
})

test('a wrong value is told even where a stronger place has a right one', async () => {
  const project = createProject({ 'fic-dev.config.json': '{ "keep": -1 }' })
  expect((await refusal(project, { flags: { keep: '5' } })).message).toContain('keep is -1')
})

test.each([
  ['mapping', 'xml', 'one of "binary", "structured"'],
  ['company', '12a', 'a whole number from 1 to 9007199254740991'],
  ['concurrency', '0', 'a whole number from 1 to 100'],
  ['timeout', '-1', 'a whole number from 0 to 86400'],
  ['subscription', '230', 'a subscription id like "SUB230"'],
  ['subdomain', 'A_b', '4 to 63 of a-z, 0-9 and -'],
  ['tunnelHost', 'ssh://x', 'an http(s) URL'],
  ['headers', 'x-team', 'of the form name:value'],
] as const)('%s does not take %s', async (key, value, wanted) => {
  const { message } = await refusal(createProject(), { flags: { [key]: value } })
  expect(message).toContain(`is "${value}", which is not ${wanted}.`)
})

test('for one run only: json, yes and recreate are refused in the file', async () => {
  const project = createProject({ 'fic-dev.config.json': '{ "json": true, "yes": true, "recreate": true }' })
  expect((await refusal(project)).message.match(/is for one run only/g)).toHaveLength(3)
})

test('a token in the file is refused, and its value is not told', async () => {
  const project = createProject({ 'fic-dev.config.json': '{ "accessToken": "a/canary" }' })
  const { message, hint } = await refusal(project)
  expect(message).toContain('accessToken does not belong in the file')
  expect(`${message}${hint}`).not.toContain('canary')
})

test('a file that exports something else than an object is refused', async () => {
  const list = createProject({ 'fic-dev.config.json': '[1]' })
  expect((await refusal(list)).message).toContain('exports [1], which is not an object.')
})

test('the config is frozen, all the way down', async () => {
  const { config } = await read(createProject(), { flags: { forwardTo: ['http://localhost:3000/'] } })
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.forwardTo[0]?.headers)).toBe(true)
})

test('forwardTo takes a URL, a port, a host without scheme, and rules with types and headers', async () => {
  const project = createProject({
    'fic-dev.config.json': JSON.stringify({
      forwardTo: [
        { types: ['entities.*'], url: 'http://localhost:1/a', headers: { 'X-Team': 'crm' } },
        'localhost:2/b',
      ],
    }),
  })
  const { config } = await read(project)
  expect(config.forwardTo).toEqual([
    { types: ['entities.*'], url: 'http://localhost:1/a', headers: { 'x-team': 'crm' } },
    { types: [], url: 'http://localhost:2/b', headers: {} },
  ])
  const flags = await read(project, {
    flags: { forwardTo: ['products.*,taxes.create=http://localhost:3/c', '3000'] },
  })
  expect(flags.config.forwardTo).toEqual([
    { types: ['products.*', 'taxes.create'], url: 'http://localhost:3/c', headers: {} },
    { types: [], url: 'http://localhost:3000/', headers: {} },
  ])
})

test('a rule of forwardTo is checked member by member', async () => {
  const project = createProject({
    'fic-dev.config.json':
      '{ "forwardTo": [{ "url": "localhost:1" }, { "type": "x", "url": 5, "headers": { "a b": "c" } }] }',
  })
  const { message } = await refusal(project)
  expect(message).toContain('forwardTo[1] has no member "type". Did you mean "types"?')
  expect(message).toContain('forwardTo[1].url is 5, which is not an http(s) URL')
  expect(message).toContain('forwardTo[1].headers has "a b", which cannot be sent as an HTTP header')
})

test('a rule that nothing can reach is noted', async () => {
  const { notes } = await read(createProject(), { flags: { forwardTo: ['localhost:1', 'localhost:2'] } })
  expect(notes).toEqual([
    '--forward-to: http://localhost:2/ gets nothing, because http://localhost:1/ stands before it and takes every type.',
  ])
})

test('types take comma lists, repetition, group types and stars; a star stands for real types', async () => {
  const { config } = await read(createProject(), {
    flags: { types: ['entities.all.create,products.*', 'taxes.create'] },
  })
  expect(config.types).toEqual([
    'entities.all.create',
    'products.create',
    'products.update',
    'products.delete',
    'products.stock_update',
    'taxes.create',
  ])
  expect((await read(createProject(), { flags: { types: '*' } })).config.types).toEqual([])
})

test('an unknown event type is asked for all the same, with a note of what may have been meant', async () => {
  const { config, notes } = await read(createProject(), {
    flags: { types: 'issued_documents.invoice.create' },
  })
  expect(config.types).toEqual(['issued_documents.invoice.create'])
  expect(notes).toEqual([
    '--types: "issued_documents.invoice.create" is not an event type that fic-dev knows. Did you mean "issued_documents.invoices.create"?',
  ])
})

test('the welcome type, and what cannot be a type, are refused', async () => {
  const { message } = await refusal(createProject(), {
    flags: { types: 'subscriptions.welcome,a b,nothing.*' },
  })
  expect(message).toContain('"subscriptions.welcome", which Fatture in Cloud sends without a subscription')
  expect(message).toContain('"a b", which cannot be an event type')
  expect(message).toContain('"nothing.*", which no event type matches')
})

test('headers are collected, and may hold colons', async () => {
  const { config } = await read(createProject(), { flags: { headers: ['X-One: 1', 'x-url:http://a:1/'] } })
  expect(config.headers).toEqual({ 'x-one': '1', 'x-url': 'http://a:1/' })
})

test('a public key is taken as base64, as PEM and from a file beside the config file', async () => {
  const pem = Buffer.from(ficKey, 'base64').toString()
  const project = createProject({ 'sub/key.pem': pem, 'sub/my.json': '{ "publicKey": "./key.pem" }' })
  for (const publicKey of [ficKey, pem, 'sub/key.pem']) {
    expect((await read(project, { flags: { publicKey } })).config.publicKey).toBe(pem)
  }
  expect((await read(project, { configFile: 'sub/my.json' })).config.publicKey).toBe(pem)
})

test('what is not a P-256 public key is refused', async () => {
  const project = createProject({ 'not-a-key.txt': 'hello' })
  const file = await refusal(project, { flags: { publicKey: 'not-a-key.txt' } })
  expect(file.message).toContain(
    '--public-key is "not-a-key.txt", a file that is not a P-256 public key in PEM form.',
  )
  const missing = await refusal(project, { flags: { publicKey: 'gone.pem' } })
  expect(missing.message).toContain('neither base64 of a PEM nor a file')
})

test('with the emulator there is no tunnel, unless one is named', async () => {
  expect((await read(createProject(), { flags: { emulator: true } })).config.tunnel).toEqual(['none'])
  const named = await read(createProject(), { flags: { emulator: true, tunnel: 'ssh,ngrok' } })
  expect(named.config.tunnel).toEqual(['ssh', 'ngrok'])
})

test('a public URL stands for the tunnel; a provider from a stronger place undoes it', async () => {
  const project = createProject({ 'fic-dev.config.json': '{ "publicUrl": "https://hooks.example.com/" }' })
  const { config } = await read(project)
  expect([config.tunnel, config.publicUrl]).toEqual([['public-url'], 'https://hooks.example.com'])
  const flag = await read(project, { flags: { tunnel: 'localtunnel' } })
  expect([flag.config.tunnel, flag.config.publicUrl]).toEqual([['localtunnel'], null])
})

test('with ssh a public URL says where the server lets people in, so both are kept', async () => {
  const flags = { tunnel: 'ssh', publicUrl: 'https://hooks.example.com', tunnelHost: 'me@example.com' }
  const { config } = await read(createProject(), { flags })
  expect([config.tunnel, config.publicUrl]).toEqual([['ssh'], 'https://hooks.example.com'])
})

test('what cannot stand side by side is refused', async () => {
  const both = await refusal(createProject(), {
    flags: { tunnel: 'ngrok', publicUrl: 'https://a.example.com' },
  })
  expect(both.message).toContain('--public-url and --tunnel are both set')
  const ports = await refusal(createProject(), { flags: { port: '4700', sinkPort: '4700' } })
  expect(ports.message).toContain('--port and --sink-port are both 4700.')
  const plain = await refusal(createProject(), { flags: { publicUrl: 'http://hooks.example.com' } })
  expect(plain.message).toContain('Fatture in Cloud sends to https only')
})
