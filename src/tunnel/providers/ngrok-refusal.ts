/** What an error of ngrok means, by its code (https://ngrok.com/docs/errors), and what to do about it. Pure. */

import { FicDevError, messageOf } from '../../errors.ts'

interface Refusal {
  codes: readonly number[]
  what: string
  hint: string
}

const token = {
  what: 'ngrok refuses the account',
  hint: 'Compare NGROK_AUTHTOKEN with https://dashboard.ngrok.com/get-started/your-authtoken',
}

/** Waiting helps with none of these. */
const refusals: readonly Refusal[] = [
  { codes: [105, 106, 107, 109], ...token },
  {
    codes: [1200, 4018],
    what: 'ngrok refuses the account',
    hint: 'Sign up or confirm the email address on https://dashboard.ngrok.com, and set NGROK_AUTHTOKEN to the authtoken of that account.',
  },
  {
    codes: [102, 103, 118],
    what: 'ngrok refuses the account',
    hint: 'The authtoken is right. The state of the account: https://dashboard.ngrok.com/billing',
  },
  {
    codes: [108, 129],
    what: 'Another ngrok agent of this account is running',
    hint: 'Stop the other agent; https://dashboard.ngrok.com/agents lists them. It may be another fic-dev, "ngrok http", a container or a colleague. After a crash it can take a minute until ngrok drops the old agent.',
  },
  {
    codes: [115, 116, 1212, 9040],
    what: 'ngrok refuses the IP address of this machine',
    hint: 'Leave the VPN, proxy or Tor, or allow the address on https://dashboard.ngrok.com/ip-restrictions. Another --tunnel may work.',
  },
  {
    codes: [119, 120, 121],
    what: 'The library of ngrok is too old',
    hint: 'Update it: npm install --save-dev @ngrok/ngrok@latest',
  },
  {
    codes: [334, 6030, 18009, 18016, 18017],
    what: 'The address is in use by another ngrok endpoint',
    hint: 'Stop the other endpoint; https://dashboard.ngrok.com/endpoints lists them. After a crash it can take a minute until ngrok drops the old one.',
  },
  {
    codes: [324],
    what: 'The account allows no more ngrok endpoints',
    hint: 'Stop another endpoint; https://dashboard.ngrok.com/endpoints lists them.',
  },
  {
    codes: [320, 7117, 7118, 18006],
    what: 'The domain does not belong to the account',
    hint: 'Set NGROK_AUTHTOKEN to the authtoken of the account that has the domain: https://dashboard.ngrok.com/domains',
  },
  {
    codes: [15013],
    what: 'ngrok has no domain for the account',
    hint: 'Look at the domains of the account: https://dashboard.ngrok.com/domains',
  },
  {
    codes: [725, 726, 727],
    what: 'The account has reached a monthly limit of ngrok',
    hint: 'See https://dashboard.ngrok.com/billing, or use another --tunnel until the next month.',
  },
  {
    codes: [9009],
    what: 'ngrok allows no HTTP proxy for this account',
    hint: 'Unset http_proxy and https_proxy for fic-dev, or use another --tunnel.',
  },
]

/** In these ranges, ngrok refuses to start a session or an endpoint. The others are about requests and rates. */
function isFinal(code: number): boolean {
  return code >= 100 && code < 500
}

/** A `FicDevError` if waiting can't help, with all that ngrok says. `secret` is taken out: ngrok repeats it. */
export function toNgrokError(thrown: unknown, secret: string): Error {
  const text = messageOf(thrown).replaceAll(secret, '[authtoken]').replaceAll(/\s+/g, ' ').trim()
  const code = readCode(thrown, text)
  const known = refusals.find(({ codes }) => code !== null && codes.includes(code))
  const page = code === null ? '' : ` ngrok on this error: https://ngrok.com/docs/errors/err_ngrok_${code}`
  if (known) return refuse(known, text + toMissing(code, text), page, thrown)
  if (code === null && /authentication failed/i.test(text)) return refuse(token, text, '', thrown)
  if (code === null || !isFinal(code)) return new Error(`ngrok: ${text}${toMissing(code, text)}`)
  return refuse(
    { what: 'ngrok refuses the tunnel', hint: 'Another --tunnel may work.' },
    text + toMissing(code, text),
    page,
    thrown,
  )
}

function refuse(
  { what, hint }: Omit<Refusal, 'codes'>,
  text: string,
  page: string,
  cause: unknown,
): FicDevError {
  return new FicDevError('TUNNEL_PROVIDER', `${what}: ${text}`, { hint: hint + page, cause })
}

/** The library has the code as a member; some errors have it only in their text. */
function readCode(thrown: unknown, text: string): number | null {
  const member = thrown instanceof Error && 'errorCode' in thrown ? String(thrown.errorCode) : ''
  const digits = /ERR_NGROK_(\d+)/.exec(member)?.[1] ?? /ERR_NGROK_(\d+)/i.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

function toMissing(code: number | null, text: string): string {
  return code === null || text.includes(`ERR_NGROK_${code}`) ? '' : ` (ERR_NGROK_${code})`
}
