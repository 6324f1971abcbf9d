/** Finds what decides about a request and is there twice: an app may go by the other value than fic-dev checked. Pure. */

import type { HeaderPair, SignatureReport } from '../contract/notification.ts'
import { challengeName, challengesOf } from './challenge.ts'
import { readHeaderValue } from './header-value.ts'
import { quote } from './quote.ts'
import { attributeNames, memberOf } from './read-cloud-event.ts'

/** The content type decides the mapping, the others what the token is compared with. */
const decides = /^(authorization|content-type|ce-.+|x-fic-verification-challenge)$/

/** A sentence for each header, query member or attribute with different values. Equal repetitions are no ambiguity. */
export function findAmbiguities(request: {
  headers: readonly HeaderPair[]
  path: string
  body: Buffer
}): string[] {
  const values = valuesByName(request.headers)
  return [
    ...[...values].filter(([name]) => name !== challengeName).flatMap(([name, all]) => judge(name, all)),
    ...judge(challengeName, challengesOf(request.headers, request.path)),
    ...judgeAttributes(values, request.body),
  ]
}

/** What is ambiguous is not valid, whatever its token says. */
export function withAmbiguities<Report extends SignatureReport>(
  report: Report,
  ambiguities: readonly string[],
): Report {
  if (ambiguities.length === 0) return report
  return { ...report, outcome: 'invalid', problems: [...ambiguities, ...report.problems] }
}

function valuesByName(headers: readonly HeaderPair[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [written, value] of headers) {
    // CGI, and PHP with it, gives an app the same variable for `ce_id` and `ce-id`.
    const name = written.toLowerCase().replaceAll('_', '-')
    if (decides.test(name)) values.set(name, [...(values.get(name) ?? []), value])
  }
  return values
}

function judge(name: string, values: readonly string[]): string[] {
  const [first, second, ...others] = new Set(values)
  if (first === undefined || second === undefined) return []
  const where = name === challengeName ? 'The challenge' : `The header ${name}`
  const came = `${where} came ${values.length} times, with ${others.length + 2} different values`
  // A token is a secret for three hours.
  return [name === 'authorization' ? `${came}.` : `${came}: ${quote(first)} and ${quote(second)}.`]
}

/** Which of two mappings in one request counts is a matter of the reader. */
function judgeAttributes(values: ReadonlyMap<string, string[]>, body: Buffer): string[] {
  const json = values.size === 0 ? null : readStructured(body)
  return attributeNames.flatMap((name) => {
    const [header] = values.get(`ce-${name}`) ?? []
    const member = memberOf(json, name)
    if (header === undefined || member === undefined || readHeaderValue(header) === member) return []
    return [`The header ce-${name} is ${quote(header)}, and ${name} in the body is ${quote(member)}.`]
  })
}

/** `null` for the body of a binary notification. Most are, so most are not parsed here. */
function readStructured(body: Buffer): unknown {
  // A member name can be written with escapes.
  if (!body.includes('specversion') && !body.includes('\\u')) return null
  try {
    const json: unknown = JSON.parse(body.toString('utf8'))
    return memberOf(json, 'specversion') === undefined ? null : json
  } catch {
    return null
  }
}
