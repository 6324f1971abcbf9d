/** The one table of settings. Flags, environment, file, `--print-config` and help all come from it. */

import {
  mappings,
  onExitActions,
  outputForms,
  respondModes,
  tunnelNames,
  verificationMethods,
  type OnExit,
} from '../contract/vocabulary.ts'
import {
  eventTypes,
  groupTypes,
  matchesType,
  toLongName,
  toShortName,
  welcomeType,
} from '../fic/event-types.ts'
import { logLevels } from '../log.ts'
import type { Config, PortChoice } from './config.ts'
import { forwardToKind, headersKind, isTypeName } from './forward-to.ts'
import { choiceKind, isNot, listKind, mapKind, pathKind, publicUrlKind, show, urlKind } from './kinds.ts'
import { textKind, toggleKind, wholeNumberKind, type Kind, type Reading } from './kinds.ts'
import { publicKeyKind } from './public-key.ts'
import { shareKind } from './share.ts'
import { didYouMean } from './spelling.ts'

export interface Setting<Value> {
  /** As commander reads it: `-f, --forward-to <url>`. A toggle that is on by default shows its `--no-` form. */
  flag: string
  /** The names in the environment, the strongest first. */
  environment: readonly string[]
  group: SettingGroup
  /** For the help, without a full stop. */
  help: string
  /** The default in words, for the help; `null` where there is nothing to say. */
  standardly: string | null
  standard: Value
  kind: Kind<Value>
  /** A right value, as it would stand in text and in the file. `file: null`: not for the file. */
  example: { text: string; file: string | null }
  /** May be given several times. */
  repeatable?: true
  /** Needed so rarely that the help shows it last. */
  isRare?: true
}

const settingGroups = [
  'Notifications and deliveries',
  'Fatture in Cloud',
  'Tunnel',
  'Sharing',
  'Ports and storage',
  'Output',
] as const
type SettingGroup = (typeof settingGroups)[number]

type Table = { readonly [Key in keyof Config]: Setting<Config[Key]> }

function matching(pattern: RegExp): (text: string) => string | null {
  return (value) => (pattern.test(value) ? value : null)
}

/** The tunnel `ssh` reads the rest of it. */
const sshHost = /^[^\s@/:]+@[^\s@/]+(?:\/\d+)?$/

const tunnelServer = urlKind('leave them out: a localtunnel server takes none')
const tunnelHost = 'an http(s) URL. For ssh it is user@host[:port]'

const tunnelHostKind: Kind<string> = {
  fromText: (texts, folder) => readTunnelHost(texts.at(-1)?.trim() ?? '', folder),
  fromFile: (value, folder) =>
    typeof value === 'string' ? readTunnelHost(value.trim(), folder) : isNot(value, tunnelHost),
}

function readTunnelHost(text: string, folder: string): Reading<string> {
  if (sshHost.test(text)) return { value: text }
  const reading = tunnelServer.fromText([text], folder)
  // With a user name, the reason is its own.
  return 'value' in reading || text.includes('@') ? reading : isNot(text, tunnelHost)
}

const portKind: Kind<PortChoice> = mapKind(wholeNumberKind(0, 65_535), (port) => ({ port, named: true }))

/** Every short name that `--types` knows. */
export const knownTypeNames = [...eventTypes, ...groupTypes].map((entry) => toShortName(entry.type))

const typesKind: Kind<string[]> = mapKind(
  listKind('event type', knownTypeNames, (name) => {
    if (toLongName(name) === welcomeType)
      return `has ${show(name)}, which Fatture in Cloud sends without a subscription to it`
    if (!isTypeName(name)) return `has ${show(name)}, which cannot be an event type`
    if (name.endsWith('*') && expandStar(name).length === 0)
      return `has ${show(name)}, which no event type matches`
    return null
  }),
  // Fatture in Cloud knows no stars, so they become real types here; `*` is the same as naming none.
  (names) => (names.includes('*') ? [] : [...new Set(names.flatMap(expandStar))]),
)

function expandStar(name: string): string[] {
  if (!name.endsWith('*')) return [name]
  return eventTypes.filter((entry) => matchesType(entry.type, name)).map((entry) => toShortName(entry.type))
}

const tunnelKind = listKind('provider', tunnelNames, (name) =>
  tunnelNames.some((known) => known === name)
    ? null
    : `has ${show(name)}, which is not one of ${tunnelNames.join(', ')}.${didYouMean(name, tunnelNames)}`,
)

function toggle(
  flag: string,
  environment: string,
  group: SettingGroup,
  help: string,
  options: { standard?: boolean; key: string | null; isRare?: true },
): Setting<boolean> {
  return {
    flag,
    environment: [environment],
    group,
    help,
    standardly: null,
    standard: options.standard ?? false,
    kind: toggleKind,
    example: {
      text: 'true',
      file: options.key === null ? null : `${options.key}: ${!(options.standard ?? false)}`,
    },
    ...(options.isRare && { isRare: true }),
  }
}

export const settings: Table = {
  forwardTo: {
    flag: '-f, --forward-to <url>',
    environment: ['FIC_DEV_FORWARD_TO'],
    group: 'Notifications and deliveries',
    help: 'your app; <types>=<url> for some event types only, the first match wins',
    standardly: 'nothing is forwarded',
    standard: [],
    kind: forwardToKind,
    example: { text: 'http://localhost:3000/webhooks', file: 'forwardTo: "http://localhost:3000/webhooks"' },
    repeatable: true,
  },
  types: {
    flag: '-e, --types <types>',
    environment: ['FIC_DEV_TYPES'],
    group: 'Notifications and deliveries',
    help: 'event types and group types to subscribe to, comma-separated',
    standardly: 'all',
    standard: [],
    kind: typesKind,
    example: { text: 'entities.all.create', file: 'types: ["entities.all.create"]' },
    repeatable: true,
  },
  headers: {
    flag: '--header <name:value>',
    environment: ['FIC_DEV_HEADER'],
    group: 'Notifications and deliveries',
    help: 'header that is added to every delivery',
    standardly: null,
    standard: {},
    kind: headersKind,
    example: { text: '"x-team: billing"', file: 'headers: { "x-team": "billing" }' },
    repeatable: true,
  },
  respond: {
    flag: '--respond <mode>',
    environment: ['FIC_DEV_RESPOND'],
    group: 'Notifications and deliveries',
    help: 'answer sent to Fatture in Cloud: from fic-dev (ack) or from your app (passthrough)',
    standardly: 'ack',
    standard: 'ack',
    kind: choiceKind(respondModes),
    example: { text: 'passthrough', file: 'respond: "passthrough"' },
  },
  allowDestructiveAnswers: toggle(
    '--allow-destructive-answers',
    'FIC_DEV_ALLOW_DESTRUCTIVE_ANSWERS',
    'Notifications and deliveries',
    'with passthrough, relay 410, 3xx and 4xx too, which delete the subscription or drop the notification',
    { key: 'allowDestructiveAnswers', isRare: true },
  ),
  forwardUnverified: toggle(
    '--forward-unverified',
    'FIC_DEV_FORWARD_UNVERIFIED',
    'Notifications and deliveries',
    'also forward notifications with a missing or invalid signature',
    { key: 'forwardUnverified', isRare: true },
  ),
  dropDuplicates: toggle(
    '--drop-duplicates',
    'FIC_DEV_DROP_DUPLICATES',
    'Notifications and deliveries',
    'forward duplicates only once',
    { key: 'dropDuplicates', isRare: true },
  ),
  concurrency: {
    flag: '--concurrency <n>',
    environment: ['FIC_DEV_CONCURRENCY'],
    group: 'Notifications and deliveries',
    help: 'simultaneous deliveries per target',
    standardly: '1, which keeps the order',
    standard: 1,
    kind: wholeNumberKind(1, 100),
    example: { text: '4', file: 'concurrency: 4' },
    isRare: true,
  },
  timeout: {
    flag: '--timeout <seconds>',
    environment: ['FIC_DEV_TIMEOUT'],
    group: 'Notifications and deliveries',
    help: 'time limit for the answer of your app; 0 for none, for example in a debugger',
    standardly: '30',
    standard: 30,
    kind: wholeNumberKind(0, 86_400),
    example: { text: '0', file: 'timeout: 0' },
  },
  insecure: toggle(
    '--insecure',
    'FIC_DEV_INSECURE',
    'Notifications and deliveries',
    'accept any TLS certificate of a target on this machine',
    { key: 'insecure', isRare: true },
  ),
  company: {
    flag: '--company <id>',
    environment: ['FIC_DEV_COMPANY', 'FIC_COMPANY_ID'],
    group: 'Fatture in Cloud',
    help: 'company id',
    standardly: null,
    standard: null,
    kind: wholeNumberKind(1, Number.MAX_SAFE_INTEGER),
    example: { text: '12345', file: 'company: 12345' },
  },
  emulator: toggle(
    '--emulator',
    'FIC_DEV_EMULATOR',
    'Fatture in Cloud',
    'emulate Fatture in Cloud in the same process, without an account or a network',
    { key: 'emulator' },
  ),
  mapping: {
    flag: '--mapping <mapping>',
    environment: ['FIC_DEV_MAPPING'],
    group: 'Fatture in Cloud',
    help: 'CloudEvents mapping of the notifications: binary or structured',
    standardly: 'binary',
    standard: 'binary',
    kind: choiceKind(mappings),
    example: { text: 'structured', file: 'mapping: "structured"' },
  },
  verificationMethod: {
    flag: '--verification-method <method>',
    environment: ['FIC_DEV_VERIFICATION_METHOD'],
    group: 'Fatture in Cloud',
    help: 'transport of the challenge: header or query',
    standardly: 'header',
    standard: 'header',
    kind: choiceKind(verificationMethods),
    example: { text: 'query', file: 'verificationMethod: "query"' },
    isRare: true,
  },
  subscription: {
    flag: '--subscription <id>',
    environment: ['FIC_DEV_SUBSCRIPTION'],
    group: 'Fatture in Cloud',
    help: 'use this subscription as the one of this project',
    standardly: null,
    standard: null,
    kind: textKind('a subscription id like "SUB230"', matching(/^SUB\d+$/)),
    example: { text: 'SUB230', file: 'subscription: "SUB230"' },
    isRare: true,
  },
  takeOver: {
    flag: '--take-over <id>',
    environment: ['FIC_DEV_TAKE_OVER'],
    group: 'Fatture in Cloud',
    help: 'move this subscription to our sink, and back on exit',
    standardly: null,
    standard: null,
    kind: textKind('a subscription id like "SUB230"', matching(/^SUB\d+$/)),
    example: { text: 'SUB230', file: 'takeOver: "SUB230"' },
    isRare: true,
  },
  recreate: {
    flag: '--recreate',
    environment: ['FIC_DEV_RECREATE'],
    group: 'Fatture in Cloud',
    help: 'create a new subscription if the verification attempts are used up',
    standardly: null,
    standard: false,
    kind: toggleKind,
    example: { text: 'true', file: null },
    isRare: true,
  },
  onExit: {
    flag: '--on-exit <action>',
    environment: ['FIC_DEV_ON_EXIT'],
    group: 'Fatture in Cloud',
    help: 'what happens to the subscription on exit: keep, delete or restore',
    standardly: 'keep with a stable URL, delete with a random one',
    standard: null,
    kind: choiceKind<OnExit>(onExitActions),
    example: { text: 'keep', file: 'onExit: "keep"' },
    isRare: true,
  },
  apiBase: {
    flag: '--api-base <url>',
    environment: ['FIC_DEV_API_BASE'],
    group: 'Fatture in Cloud',
    help: 'address of the Fatture in Cloud API or of a separate emulator',
    standardly: 'https://api-v2.fattureincloud.it',
    standard: 'https://api-v2.fattureincloud.it',
    kind: urlKind('leave them out: the access token belongs in FIC_ACCESS_TOKEN'),
    example: { text: 'http://127.0.0.1:4622', file: 'apiBase: "http://127.0.0.1:4622"' },
    isRare: true,
  },
  publicKey: {
    flag: '--public-key <key>',
    environment: ['FIC_DEV_PUBLIC_KEY'],
    group: 'Fatture in Cloud',
    help: 'key that verifies signatures: a PEM file, or base64 as published by Fatture in Cloud',
    standardly: 'the key of Fatture in Cloud or of the emulator',
    standard: null,
    kind: publicKeyKind,
    example: { text: './emulator.pem', file: 'publicKey: "./emulator.pem"' },
    isRare: true,
  },
  tunnel: {
    flag: '--tunnel <names>',
    environment: ['FIC_DEV_TUNNEL'],
    group: 'Tunnel',
    help: `tunnel providers in order of preference: ${tunnelNames.join(', ')}`,
    standardly: 'localtunnel; none with --emulator',
    standard: ['localtunnel'],
    kind: tunnelKind,
    example: { text: 'cloudflared', file: 'tunnel: "cloudflared"' },
    repeatable: true,
  },
  tunnelHost: {
    flag: '--tunnel-host <url>',
    environment: ['FIC_DEV_TUNNEL_HOST'],
    group: 'Tunnel',
    help: 'your own localtunnel server, or the server for ssh: user@host[:port][/remote port]',
    standardly: null,
    standard: null,
    kind: tunnelHostKind,
    example: { text: 'https://tunnel.example.com', file: 'tunnelHost: "https://tunnel.example.com"' },
  },
  subdomain: {
    flag: '--subdomain <name>',
    environment: ['FIC_DEV_SUBDOMAIN'],
    group: 'Tunnel',
    help: 'subdomain to request from the tunnel server',
    standardly: 'random, retained per project',
    standard: null,
    kind: textKind('4 to 63 of a-z, 0-9 and -', matching(/^[a-z\d](?:[a-z\d-]{2,61})[a-z\d]$/)),
    example: { text: 'acme-webhooks', file: 'subdomain: "acme-webhooks"' },
    isRare: true,
  },
  publicUrl: {
    flag: '--public-url <url>',
    environment: ['FIC_DEV_PUBLIC_URL'],
    group: 'Tunnel',
    help: 'address of your own proxy, which leads to the sink port; replaces the tunnel',
    standardly: null,
    standard: null,
    kind: publicUrlKind,
    example: { text: 'https://hooks.example.com', file: 'publicUrl: "https://hooks.example.com"' },
  },
  exitOnTunnelFailure: toggle(
    '--exit-on-tunnel-failure',
    'FIC_DEV_EXIT_ON_TUNNEL_FAILURE',
    'Tunnel',
    'exit with code 4 if the tunnel is lost, instead of reopening it',
    { key: 'exitOnTunnelFailure', isRare: true },
  ),
  share: {
    flag: '--share <url>',
    environment: ['FIC_DEV_SHARE'],
    group: 'Sharing',
    help: 'share notifications through this NATS server (JetStream); others use "fic-dev follow"',
    standardly: null,
    standard: null,
    kind: shareKind,
    example: { text: 'nats://nats.example.com:4222', file: 'share: "nats://nats.example.com:4222"' },
  },
  shareCreds: {
    flag: '--share-creds <file>',
    environment: ['FIC_DEV_SHARE_CREDS'],
    group: 'Sharing',
    help: 'credentials file for the NATS server',
    standardly: null,
    standard: null,
    kind: pathKind,
    example: { text: './team.creds', file: 'shareCreds: "./team.creds"' },
    isRare: true,
  },
  shareCa: {
    flag: '--share-ca <file>',
    environment: ['FIC_DEV_SHARE_CA'],
    group: 'Sharing',
    help: 'PEM file of the certificate authority of the NATS server; requires TLS',
    standardly: 'the certificate authorities of Node',
    standard: null,
    kind: pathKind,
    example: { text: './ca.pem', file: 'shareCa: "./ca.pem"' },
    isRare: true,
  },
  port: {
    flag: '--port <port>',
    environment: ['FIC_DEV_PORT'],
    group: 'Ports and storage',
    help: 'port of the inspector',
    standardly: '4620, or the next free one',
    standard: { port: 4620, named: false },
    kind: portKind,
    example: { text: '4620', file: 'port: 4620' },
  },
  sinkPort: {
    flag: '--sink-port <port>',
    environment: ['FIC_DEV_SINK_PORT'],
    group: 'Ports and storage',
    help: 'port of the sink, to which the tunnel leads',
    standardly: '4621, or the next free one',
    standard: { port: 4621, named: false },
    kind: portKind,
    example: { text: '4621', file: 'sinkPort: 4621' },
  },
  emulatorPort: {
    flag: '--emulator-port <port>',
    environment: ['FIC_DEV_EMULATOR_PORT'],
    group: 'Ports and storage',
    help: 'port of the emulator',
    standardly: '4622, or the next free one',
    standard: { port: 4622, named: false },
    kind: portKind,
    example: { text: '4622', file: 'emulatorPort: 4622' },
    isRare: true,
  },
  dataDir: {
    flag: '--data-dir <path>',
    environment: ['FIC_DEV_DATA_DIR'],
    group: 'Ports and storage',
    help: 'folder for notifications and keys',
    standardly: '.fic-dev',
    standard: '.fic-dev',
    kind: pathKind,
    example: { text: '.fic-dev', file: 'dataDir: ".fic-dev"' },
  },
  keep: {
    flag: '--keep <n>',
    environment: ['FIC_DEV_KEEP'],
    group: 'Ports and storage',
    help: 'maximum number of notifications; imported ones are deleted first',
    standardly: '10000',
    standard: 10_000,
    kind: wholeNumberKind(1, 100_000_000),
    example: { text: '10000', file: 'keep: 10_000' },
  },
  keepDays: {
    flag: '--keep-days <n>',
    environment: ['FIC_DEV_KEEP_DAYS'],
    group: 'Ports and storage',
    help: 'maximum age of notifications in days; undelivered ones stay',
    standardly: 'no limit',
    standard: null,
    kind: wholeNumberKind(1, 36_500),
    example: { text: '30', file: 'keepDays: 30' },
    isRare: true,
  },
  keepResources: toggle(
    '--keep-resources',
    'FIC_DEV_KEEP_RESOURCES',
    'Ports and storage',
    'store fetched resources with their notification',
    { key: 'keepResources', isRare: true },
  ),
  json: {
    flag: '--json',
    environment: ['FIC_DEV_JSON'],
    group: 'Output',
    help: 'one JSON object per line on stdout',
    standardly: null,
    standard: false,
    kind: toggleKind,
    example: { text: 'true', file: null },
  },
  output: {
    flag: '--output <form>',
    environment: ['FIC_DEV_OUTPUT'],
    group: 'Output',
    help: 'format of the terminal lines: pretty, compact or quiet',
    standardly: 'pretty',
    standard: 'pretty',
    kind: choiceKind(outputForms),
    example: { text: 'compact', file: 'output: "compact"' },
  },
  logLevel: {
    flag: '--log-level <level>',
    environment: ['FIC_DEV_LOG_LEVEL'],
    group: 'Output',
    help: `level of the log on stderr: ${logLevels.join(', ')}`,
    standardly: 'warn',
    standard: 'warn',
    kind: choiceKind(logLevels),
    example: { text: 'info', file: 'logLevel: "info"' },
  },
  open: toggle('--no-open', 'FIC_DEV_OPEN', 'Output', 'do not open the inspector in the browser', {
    standard: true,
    key: 'open',
  }),
  color: toggle('--no-color', 'FIC_DEV_COLOR', 'Output', 'no colors', { standard: true, key: 'color' }),
  yes: {
    flag: '-y, --yes',
    environment: ['FIC_DEV_YES'],
    group: 'Output',
    help: 'answer yes to all prompts',
    standardly: null,
    standard: false,
    kind: toggleKind,
    example: { text: 'true', file: null },
  },
}

export type SettingKey = keyof Config

/** All keys, in the order of the table. */
export const settingKeys = Object.keys(settings).filter((key): key is SettingKey => key in settings)

/** `--forward-to` of `-f, --forward-to <url>`. */
export function longFlag(setting: Pick<Setting<unknown>, 'flag'>): string {
  return /--[a-z-]+/.exec(setting.flag)?.[0] ?? setting.flag
}
