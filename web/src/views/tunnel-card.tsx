/** The tunnel: how it stands, its address to copy or to photograph, what happened to it. */

import type { Status } from '../../../src/contract/status.ts'
import { toAgo, toClock, toFullTime } from '../clock-words.ts'
import { readTunnel, tunnelStates } from '../lamp-words.ts'
import { Chip } from './chip.tsx'
import { Copied, Fact, Facts } from './fact.tsx'
import { Outside } from './outside.tsx'
import { Qr } from './qr.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'

export function TunnelCard({ status, nowMs }: { status: Status; nowMs: number }) {
  const { sinkUrl } = status
  const tunnel = status.tunnel?.provider === 'none' ? null : status.tunnel
  const lamp = readTunnel(status, nowMs)
  // A loopback address is of no use to another device.
  const address = status.tunnel?.publicUrl?.startsWith('https:') ? sinkUrl : null
  return (
    <Section title="Tunnel" aside={<Chip tone={lamp.tone}>{lamp.word}</Chip>}>
      {lamp.says.map((sentence) => (
        <p key={sentence}>
          <Outside text={sentence} />
        </p>
      ))}
      <Facts>
        {tunnel && (
          <>
            <Fact name="provider">{tunnel.provider}</Fact>
            <Fact name="since">
              {toClock(tunnel.since, nowMs)}, {toAgo(tunnel.since, nowMs)}
            </Fact>
          </>
        )}
        {tunnel?.publicUrl && (
          <Fact name="public URL">
            <Copied text={tunnel.publicUrl} label="Copy the public URL" />
          </Fact>
        )}
        {sinkUrl && (
          <Fact name="sink URL">
            <Copied text={sinkUrl} label="Copy the sink URL" />
          </Fact>
        )}
      </Facts>
      {address && (
        <>
          <h4 className={classes.sub}>The sink URL for another device</h4>
          <Qr text={address} label="QR code of the sink URL" />
        </>
      )}
      {tunnel && tunnel.history.length > 0 && (
        <>
          <h4 className={classes.sub}>What happened, the newest first</h4>
          <ol className={classes.history} aria-label="History of the tunnel" tabIndex={0}>
            {tunnel.history.toReversed().map(({ at, state, detail, publicUrl }) => (
              <li key={at + state} className={`tone-${tunnelStates[state].tone}`}>
                <time dateTime={at} title={toFullTime(at)}>
                  {toClock(at, nowMs)}
                </time>
                <b>{tunnelStates[state].word}</b>
                <span>
                  <Outside text={detail ?? publicUrl ?? ''} />
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Section>
  )
}
