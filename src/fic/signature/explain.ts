/** Explains a token to a person: what each claim says, what was expected, and what all of it does not prove. */

import type { SignatureReport } from '../../contract/notification.ts'
import type { NotificationKind } from '../../contract/vocabulary.ts'
import { readToken, type JsonObject } from './token.ts'
import type { VerifySignature } from './verify.ts'

/** The notification that a token came with, or is compared with. */
export interface ComparedNotification {
  kind: NotificationKind
  /** The CloudEvents id and subject. */
  id: string | null
  subject: string | null
  receivedAt: Date
}

export interface Explanation extends SignatureReport {
  header: JsonObject | null
  payload: JsonObject | null
  /** What the token proves and what it does not, in sentences. */
  notes: string[]
}

export interface ExplainOptions {
  /** The check that the sink makes. */
  verify: VerifySignature
  /** Our sink's URLs. */
  audiences: readonly string[]
  /** A sink URL that ends with this path is ours, whatever host its tunnel had when the token was made. */
  sinkPath: string
  notification: ComparedNotification | null
  now: Date
}

/** With a notification the token is judged as of its arrival, by itself as of now. `null` is no token at all. */
export async function explainToken(
  token: string | null,
  { verify, audiences, sinkPath, notification, now }: ExplainOptions,
): Promise<Explanation> {
  const { header, payload } = token === null ? { header: null, payload: null } : readToken(token)
  const report = await verify(token, {
    audiences: [...new Set([...audiences, ...ownAudiences(payload, sinkPath)])],
    // Without a notification there is nothing to compare `sub` and `jti` with, as with a verification.
    kind: notification?.kind ?? 'verification',
    id: notification?.id ?? null,
    subject: notification?.subject ?? null,
    now: notification?.receivedAt ?? now,
  })
  return { ...report, header, payload, notes: token === null ? [] : notesOn(payload, notification, now) }
}

/** The text of a token as people paste it: with or without the header's name, `Bearer`, and line breaks around it. */
export function readPastedToken(text: string): string {
  return text
    .trim()
    .replace(/^authorization\s*:\s*/i, '')
    .replace(/^bearer\s+/i, '')
}

function ownAudiences(payload: JsonObject | null, sinkPath: string): string[] {
  return [payload?.aud]
    .flat()
    .filter((entry): entry is string => typeof entry === 'string' && URL.canParse(entry))
    .filter((entry) => isOwnPath(new URL(entry).pathname, sinkPath))
    .map((entry) => entry.split('?', 1)[0] ?? entry)
}

/** A secret path is ours behind any other; a short one, of an imported notification, could be the end of many. */
function isOwnPath(pathname: string, sinkPath: string): boolean {
  return pathname === sinkPath || (sinkPath.length > 22 && pathname.endsWith(sinkPath))
}

const coversNoBody =
  'No claim covers the body, the event type, the ids or any other header: any holder of this token can send another body with it until it expires. Compare aud, sub and jti, and fetch the resource from the API.'

function notesOn(payload: JsonObject | null, notification: ComparedNotification | null, now: Date): string[] {
  return [
    coversNoBody,
    ...(notification === null
      ? ['It was not compared with a notification, so sub and jti are only shown.']
      : noteExpired(payload, now)),
  ]
}

/** Its own arrival was in time, so what is over now only matters to a replay. */
function noteExpired(payload: JsonObject | null, now: Date): string[] {
  const exp = payload?.exp
  if (typeof exp !== 'number' || exp * 1000 > now.getTime()) return []
  return [
    'The token was valid on arrival and has expired since, so a replay needs --sign dev or --sign none.',
  ]
}
