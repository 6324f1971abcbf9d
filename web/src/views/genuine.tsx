/** Is it genuine? The outcome in words, a verdict for each claim, and plainly what the token does not cover. */

import type { ClaimVerdict, Notification, SignatureReport } from '../../../src/contract/notification.ts'
import { toMinute, toSpan } from '../clock-words.ts'
import { readExpiryMs } from '../expiry.ts'
import { toHash } from '../route.ts'
import type { Tone } from '../../../src/contract/vocabulary.ts'
import { Chip } from './chip.tsx'
import classes from './genuine.module.css'
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { Outside } from './outside.tsx'
import { Section } from './section.tsx'

interface GenuineProps {
  notification: Notification
  /** With the emulator, its key takes the place of Fatture in Cloud's. */
  emulated: boolean
  nowMs: number
}

export function Genuine({ notification: { signature }, emulated, nowMs }: GenuineProps) {
  const signer = emulated ? 'the emulator' : 'Fatture in Cloud'
  return (
    <Section title="Is it genuine?" aside={<Outcome signature={signature} />}>
      <p className={classes.answer}>{sayOutcome(signature, signer)}</p>
      {signature.problems.map((problem) => (
        <p key={problem} className={classes.problem}>
          <Outside text={problem} />
        </p>
      ))}
      <Claims claims={signature.claims} holds={signature.outcome === 'valid'} />
      {signature.outcome !== 'missing' && (
        <p className={classes.note}>
          The token says nothing about the body or the other headers: whoever holds it can send another body
          with it until it runs out. <Expiry signature={signature} nowMs={nowMs} />
        </p>
      )}
      <a className={classes.another} href={toHash({ screen: 'token', seq: null, query: '' })}>
        Explain a pasted token
      </a>
    </Section>
  )
}

/** A verdict for each claim. `holds`: the signature as a whole is valid, so what is absent is not missed. */
export function Claims({ claims, holds }: { claims: ClaimVerdict[]; holds: boolean }) {
  if (claims.length === 0) return null
  return (
    <ul className={classes.claims} aria-label="Claims of the token">
      {claims.map((claim) => (
        <Claim key={claim.claim} claim={claim} holds={holds} />
      ))}
    </ul>
  )
}

function sayOutcome(signature: SignatureReport, signer: string): string {
  switch (signature.outcome) {
    case 'valid':
      return `Yes. ${signer === 'the emulator' ? 'The emulator' : signer} signed it, for ${isForThisSink(signature) ? 'this sink and for ' : ''}this id.`
    case 'invalid':
      // Without a wrong claim it is the request that is wrong: the reasons below name it.
      if (signature.claims.every(({ verdict }) => verdict !== 'wrong'))
        return `No. ${signer === 'the emulator' ? 'The emulator' : signer} would not have sent it like this.`
      return `No. It carries a token, but not one that ${signer} would have sent here.`
    case 'missing':
      return `Nobody can tell: there is no token. ${signer === 'the emulator' ? 'The emulator' : signer} always sends one.`
  }
}

/** A follower cannot know the sink of its hub. */
function isForThisSink({ claims }: SignatureReport): boolean {
  return claims.every(({ claim, verdict }) => claim !== 'aud' || verdict === 'ok')
}

const outcomes: Record<SignatureReport['outcome'], { tone: Tone; icon: IconName; word: string }> = {
  valid: { tone: 'good', icon: 'check', word: 'signature valid' },
  invalid: { tone: 'bad', icon: 'cross', word: 'signature invalid' },
  missing: { tone: 'warn', icon: 'dash', word: 'not signed' },
}

/** Whether it holds, in a word. */
export function Outcome({ signature }: { signature: Pick<SignatureReport, 'outcome'> }) {
  const { tone, icon, word } = outcomes[signature.outcome]
  return (
    <Chip tone={tone} icon={icon}>
      {word}
    </Chip>
  )
}

const claimTones: Record<ClaimVerdict['verdict'], { tone: Tone; icon: IconName; word: string }> = {
  ok: { tone: 'good', icon: 'check', word: 'as expected' },
  ahead: { tone: 'warn', icon: 'check', word: 'ahead of the clock' },
  wrong: { tone: 'bad', icon: 'cross', word: 'wrong' },
  absent: { tone: 'warn', icon: 'dash', word: 'absent' },
  shown: { tone: 'quiet', icon: 'dash', word: 'only shown' },
}

interface ClaimProps {
  claim: ClaimVerdict
  holds: boolean
}

function Claim({ claim: { claim, value, expected, verdict, says }, holds }: ClaimProps) {
  const { tone: plainTone, icon, word } = claimTones[verdict]
  const tone = holds && verdict === 'absent' ? 'quiet' : plainTone
  // The bytes of the signature itself tell a person nothing.
  const isShown = value !== null && value !== undefined && claim !== 'signature'
  return (
    <li className={`${classes.claim} tone-${tone}`} data-verdict={verdict}>
      <span className={classes.sign} role="img" aria-label={word}>
        <Icon name={icon} size={13} />
      </span>
      <span className={classes.name}>{claim}</span>
      <span className={classes.says}>
        <Outside text={says} />
        {isShown && (
          <code className={classes.value} title={expected ?? undefined}>
            <Outside text={typeof value === 'string' ? value : JSON.stringify(value)} />
          </code>
        )}
      </span>
    </li>
  )
}

function Expiry({ signature, nowMs }: { signature: SignatureReport; nowMs: number }) {
  const expiryMs = readExpiryMs(signature)
  if (expiryMs === null) return null
  const at = toMinute(new Date(expiryMs).toISOString(), nowMs)
  return (
    <b>
      {expiryMs > nowMs ? `It runs out at ${at}, in ${toSpan(expiryMs - nowMs)}.` : `It ran out at ${at}.`}
    </b>
  )
}
