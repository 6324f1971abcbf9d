/** The closed lists of words, and what belongs to each word. Imports nothing: the page uses these values as well. */

/** Whether a value is a word of the list. */
export function isOneOf<Word extends string>(words: readonly Word[], value: unknown): value is Word {
  return words.some((word) => word === value)
}

/** The kinds of a notification. */
export const notificationKinds = ['verification', 'welcome', 'event', 'unknown'] as const
/** The kind of a notification. `unknown`: not a notification of Fatture in Cloud. */
export type NotificationKind = (typeof notificationKinds)[number]

/** The forms of a notification. */
export const mappings = ['binary', 'structured'] as const
/** The form of a notification: attributes in headers (`binary`) or in the body (`structured`). */
export type Mapping = (typeof mappings)[number]

/** The results of a signature check. */
export const signatureOutcomes = ['valid', 'invalid', 'missing'] as const
/** The result of a signature check. `missing`: there is no token. */
export type SignatureOutcome = (typeof signatureOutcomes)[number]

/** The results for one claim. `shown`: not checked. `ahead`: a time that our clock has not reached; it counts as `ok`. */
export const claimVerdicts = ['ok', 'ahead', 'wrong', 'absent', 'shown'] as const
/** The result for one claim. */
export type ClaimWord = (typeof claimVerdicts)[number]

/** The signatures of a replay. */
export const replaySignatures = ['original', 'dev', 'none'] as const
/** The signature of a replay: as captured, by the project's dev key, or none. */
export type ReplaySignature = (typeof replaySignatures)[number]

/**
 * What Fatture in Cloud would make of an answer (docs/protocol.md#how-fic-interprets-a-response). `pending`: there is none
 * yet.
 */
export const verdicts = ['delivered', 'retried', 'dropped', 'subscription-deleted', 'pending'] as const
/** What Fatture in Cloud would make of an answer. */
export type Verdict = (typeof verdicts)[number]

/** The ways of a delivery: a request to an app, or a message of a stream that a team shares. */
export const channels = ['app', 'stream'] as const
export type Channel = (typeof channels)[number]

/** The verdict of the last delivery. `none`: there was no delivery. */
export const outcomes = [...verdicts, 'none'] as const
/** The verdict of the last delivery, or `none`. */
export type Outcome = (typeof outcomes)[number]

/** How good something is; the page and the terminal have a color for each. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet'

/** What is said about a verdict. */
export interface VerdictText {
  tone: Tone
  /** A word or two. */
  label: string
  /** A sentence. */
  meaning: string
}

interface OutcomeText extends VerdictText {
  /** The color in the chart: a variable of page.css. */
  color: string
}

/** What the page says about each outcome, in the order in which the chart stacks them. */
export const outcomeTexts: Readonly<Record<Outcome, OutcomeText>> = {
  delivered: {
    tone: 'good',
    label: 'delivered',
    meaning: 'Fatture in Cloud would count it as delivered.',
    color: 'var(--good)',
  },
  none: {
    tone: 'quiet',
    label: 'not delivered',
    meaning: 'It was not delivered.',
    color: 'var(--bar-none)',
  },
  pending: {
    tone: 'quiet',
    label: 'waiting',
    meaning: 'There is no answer yet.',
    color: 'var(--bar-pending)',
  },
  retried: {
    tone: 'warn',
    label: 'retried',
    meaning:
      'Fatture in Cloud would try again, four times in all, then drop it and start the ten days to expiration.',
    color: 'var(--bar-retried)',
  },
  dropped: {
    tone: 'bad',
    label: 'dropped',
    meaning:
      'Fatture in Cloud would drop it at once, with no other try, and start the ten days to expiration.',
    color: 'var(--bad)',
  },
  'subscription-deleted': {
    tone: 'bad',
    label: 'subscription deleted',
    meaning: 'Fatture in Cloud would delete the whole subscription at once.',
    color: 'var(--received)',
  },
}

const notShared: VerdictText = {
  tone: 'bad',
  label: 'not shared',
  meaning: 'The stream does not have it, and it is not published again: followers will not see it.',
}

const publicationTexts: Partial<Record<Verdict, VerdictText>> = {
  delivered: {
    tone: 'good',
    label: 'shared',
    meaning:
      'It is in the stream. Every follower of its company takes it from there, those that are away when they are back.',
  },
  retried: {
    tone: 'warn',
    label: 'not shared yet',
    meaning: 'The stream does not have it yet. fic-dev retries.',
  },
  pending: { tone: 'quiet', label: 'sharing', meaning: 'It is on its way to the stream.' },
}

/** What is said about a publication: a delivery to the stream of a team. */
export function publicationText(verdict: Verdict): VerdictText {
  return publicationTexts[verdict] ?? notShared
}

/** What `is:` finds in a filter. */
export const qualities = ['twin', 'problem', 'replayed'] as const
/** A word after `is:` in a filter. */
export type Quality = (typeof qualities)[number]

/** The sizes of a notification in a list: `row` has what the page shows in a line. */
export const views = ['full', 'row'] as const
/** The size of a notification in a list. */
export type View = (typeof views)[number]

/** The formats of an export: `ndjson` is lossless, `har` is for other tools. */
export const exportFormats = ['ndjson', 'har'] as const
/** The format of an export. */
export type ExportFormat = (typeof exportFormats)[number]

/** The places of the challenge in a verification. */
export const verificationMethods = ['header', 'query'] as const
/** The place of a challenge: the header or the query of the request. */
export type VerificationMethod = (typeof verificationMethods)[number]

/** The origins of a subscription that is ours: created here, named with `--subscription`, or taken over. */
export const origins = ['made', 'named', 'taken-over'] as const
/** The origin of a subscription that is ours. */
export type Origin = (typeof origins)[number]

/** The actions on the subscription at the end of a run. */
export const onExitActions = ['keep', 'delete', 'restore'] as const
/** What is done about the subscription at the end of a run. */
export type OnExit = (typeof onExitActions)[number]

/** The values of `respond`. */
export const respondModes = ['ack', 'passthrough'] as const
/** What answers Fatture in Cloud: fic-dev (`ack`) or the app (`passthrough`). */
export type RespondMode = (typeof respondModes)[number]

/** The ways for notifications to reach the sink. `none`: only this machine reaches it. */
export const tunnelNames = [
  'localtunnel',
  'cloudflared',
  'ngrok',
  'tailscale',
  'ssh',
  'forwarded-port',
  'none',
  'public-url',
] as const
/** A way for notifications to reach the sink. */
export type TunnelName = (typeof tunnelNames)[number]

/** The states of a tunnel. `suspect`: the last probe failed. `held`: its name is taken. */
export const tunnelStates = ['starting', 'up', 'suspect', 'down', 'unknown', 'held', 'stopped'] as const
/** The state of a tunnel. */
export type TunnelState = (typeof tunnelStates)[number]

/** The forms of the lines in the terminal. */
export const outputForms = ['pretty', 'compact', 'quiet'] as const
/** The form of the lines in the terminal. */
export type OutputForm = (typeof outputForms)[number]

/** The content types of structured notifications. */
export const structuredContentTypes = ['application/cloudevents+json', 'application/json'] as const

/** The faults of the emulator, all off by default. */
export interface Faults {
  /**
   * Sends every notification twice, with the same id.
   * @default false
   */
  twins: boolean
  /**
   * Holds back the first of two events for two seconds, so that it arrives after the second.
   * @default false
   */
  wrongOrder: boolean
  /**
   * Signs with another key than the published one.
   * @default false
   */
  changedKey: boolean
  /**
   * The number of next messages, challenges included, that are not sent.
   * @default 0
   */
  lost: number
  /**
   * The number of ids of an event whose trigger names none.
   * @default 1
   */
  manyIds: number
  /**
   * A delay before every message, in milliseconds of the emulator's clock.
   * @default 0
   */
  slowMs: number
  /**
   * The delay between verification and welcome, in milliseconds of the emulator's clock.
   * @default 0
   */
  lateWelcomeMs: number
  /**
   * The content type of structured notifications. The documentation shows both (docs/protocol.md#4-notifications).
   * @default application/cloudevents+json
   */
  structuredContentType: (typeof structuredContentTypes)[number]
  /**
   * A wrong or slow answer of the API.
   * @default null
   */
  api: ApiFault | null
}

/** A wrong or slow answer of the API. */
export interface ApiFault {
  /**
   * The status of the answer, 200 to 599; 0 closes the connection.
   * @default the correct answer, after `delayMs`
   */
  status?: number
  /**
   * The body: any text, HTML included.
   * @default an error body in the form of the API
   */
  body?: string
  /**
   * Headers of the answer.
   * @default none
   */
  headers?: Record<string, string>
  /**
   * A delay before the answer, in milliseconds of real time; at most an hour.
   * @default 0
   */
  delayMs?: number
  /**
   * The number of requests that get this answer.
   * @default all requests
   */
  times?: number
}

/** What a fault takes, and what the page says about it. */
export interface FaultRule<Value = unknown> {
  /** The value without a fault. */
  standard: Value
  /** The largest number. The page and the private API take none below `standard`. */
  most?: number
  /** The only values, for a text. */
  words?: readonly Value[]
  title: string
  /** A sentence. */
  says: string
}

/** How far the clock of the emulator can be moved at once. */
export const longestAdvanceMs = 10 * 365 * 24 * 60 * 60_000

/** One rule for each fault: the emulator, the private API and the page derive from it. */
export const faultRules: { readonly [Name in keyof Faults]: FaultRule<Faults[Name]> } = {
  twins: {
    standard: false,
    title: 'Twins',
    says: 'Every notification arrives twice, with the same id.',
  },
  wrongOrder: {
    standard: false,
    title: 'Wrong order',
    says: 'Of two events, the first arrives two seconds late.',
  },
  changedKey: {
    standard: false,
    title: 'Changed key',
    says: 'Messages are signed with a key that is not published, so they are not genuine.',
  },
  lost: {
    standard: 0,
    most: 1_000_000,
    title: 'Lost messages',
    says: 'This number of the next messages is lost, challenges included.',
  },
  manyIds: { standard: 1, most: 100_000, title: 'Ids of an event', says: 'Used if a trigger has no ids.' },
  slowMs: {
    standard: 0,
    most: longestAdvanceMs,
    title: 'Slow, in seconds',
    says: 'Every message is sent this much later.',
  },
  lateWelcomeMs: {
    standard: 0,
    most: longestAdvanceMs,
    title: 'Late welcome, in seconds',
    says: 'After the verification; events may come first.',
  },
  structuredContentType: {
    standard: 'application/cloudevents+json',
    words: structuredContentTypes,
    title: 'Content type of structured notifications',
    says: 'The documentation shows both.',
  },
  api: { standard: null, title: 'Answer of the API', says: 'Wrong or slow, as a test has set it.' },
}

/** The faults, all off. */
export const noFaults = Object.fromEntries(
  Object.entries(faultRules).map(([name, { standard }]) => [name, standard]),
) as unknown as Faults

/** The names of the faults. */
export const faultNames = Object.keys(faultRules) as (keyof Faults)[]

/** The company of an emulated subscription without `company`. Any other number is a company of the emulator, too. */
export const defaultCompany = 108061
