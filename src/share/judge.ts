/** Decides what a message of the stream is: a notification, checked as far as a follower can, or something strange. */

import type { ClaimVerdict, HeaderPair, SignatureReport } from '../contract/notification.ts'
import { readToken } from '../fic/signature/token.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import { judgeRequest } from '../intake/take.ts'
import type { Capture } from '../store/notifications.ts'
import { answerHeader, readRequest, requestHeader } from './message.ts'

export interface IncomingMessage {
  subject: string
  headers: HeaderPair[]
  payload: Buffer
  /** By the clock of the stream, which no publisher sets. */
  publishedAt: Date
}

/** What there is to capture; never rejects. */
export async function judgeMessage(
  message: IncomingMessage,
  company: number,
  verify: VerifySignature,
): Promise<Capture> {
  const request = readRequest(headerOf(message, requestHeader))
  if (request === null) return toStranger(message)
  const { capture } = await judgeRequest(
    {
      ...request,
      body: message.payload,
      receivedAt: earlier(request.receivedAt, message.publishedAt),
    },
    verify,
    { audiences: (token) => audiencesAt(request.path, token) },
  )
  const signature = forCompany(honest(capture.signature), capture.company, company)
  const answer = { status: Number(headerOf(message, answerHeader)) || 200, body: null }
  return { ...capture, signature, answer }
}

function headerOf({ headers }: IncomingMessage, wanted: string): string {
  return headers.find(([name]) => name.toLowerCase() === wanted.toLowerCase())?.[1] ?? ''
}

/** Kept as it is, under its subject, so that somebody can see it. */
function toStranger({ subject, headers, payload, publishedAt }: IncomingMessage): Capture {
  return {
    kind: 'unknown',
    receivedAt: publishedAt,
    method: 'POST',
    path: `/${encodeURI(subject)}`,
    headers,
    body: payload,
    mapping: null,
    eventType: null,
    company: null,
    ids: [],
    cloudEvent: null,
    signature: {
      outcome: 'missing',
      claims: [],
      problems: ['The message holds no request of Fatture in Cloud, and so no token.'],
    },
    answer: { status: 0, body: null },
    problems: [`Another program than fic-dev published this message on the subject "${subject}".`],
  }
}

/** What a hub says of the time of arrival cannot be later than the stream's own time. */
function earlier(claimed: Date, published: Date): Date {
  return claimed.getTime() < published.getTime() ? claimed : published
}

/** The token's audience where it has the path that the request came on. Which hub has that path, nothing here proves. */
function audiencesAt(path: string, token: string | null): string[] {
  const pathname = path.split('?', 1)[0]
  const { payload } = token === null ? { payload: null } : readToken(token)
  return [payload?.aud]
    .flat()
    .filter((entry): entry is string => typeof entry === 'string' && URL.canParse(entry))
    .filter((entry) => new URL(entry).pathname === pathname)
}

/** Says of the claims no more than was checked. */
function honest(report: SignatureReport): SignatureReport {
  return { ...report, claims: report.claims.map(toHonest), problems: report.problems.map(byHubClock) }
}

/** A token is judged as of its arrival at the hub. */
function byHubClock(says: string): string {
  return says.replace('the clock of this machine', 'the clock of the hub')
}

function toHonest(claim: ClaimVerdict): ClaimVerdict {
  if (claim.verdict !== 'ok') return { ...claim, says: byHubClock(claim.says) }
  if (claim.claim === 'aud') {
    const says = 'The audience matches the path of the request. Only the hub can check that this is its sink.'
    return { ...claim, verdict: 'shown', says }
  }
  if (claim.claim === 'exp') {
    return {
      ...claim,
      says: `${claim.says} According to the hub, the token had not expired when the notification arrived.`,
    }
  }
  return claim
}

/** A true token of another company proves nothing here. */
function forCompany(report: SignatureReport, found: number | null, wanted: number): SignatureReport {
  if (found === wanted || report.outcome !== 'valid') return report
  const problem = `It is about company ${found ?? 'unknown'}, and came on the subject of company ${wanted}.`
  return { ...report, outcome: 'invalid', problems: [...report.problems, problem] }
}
