/** Sharing: how it stands and what to do, what waits, and on the hub who follows and has not had what. */

import type { ShareFollower, ShareStatus, Status } from '../../../src/contract/status.ts'
import { toAgo, toClock, toFullTime } from '../clock-words.ts'
import { readShare, sayLastSeen } from '../share-words.ts'
import { Chip } from './chip.tsx'
import { Copied, Fact, Facts } from './fact.tsx'
import { Outside } from './outside.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'
import table from './share.module.css'

export function ShareCard({ status, share, nowMs }: { status: Status; share: ShareStatus; nowMs: number }) {
  const { tone, word, says } = readShare(status, share, nowMs)
  const isHub = share.role === 'hub'
  return (
    <Section title="Sharing" aside={<Chip tone={tone}>{word}</Chip>}>
      {says.map((sentence) => (
        <p key={sentence}>
          <Outside text={sentence} />
        </p>
      ))}
      <Facts label="Sharing">
        <Fact name="role">{isHub ? 'hub' : 'follower'}</Fact>
        {share.name !== null && <Fact name="name">{share.name}</Fact>}
        <Fact name="server">
          <Copied text={share.url} label="Copy the server's address" />
        </Fact>
        <Fact name="since">
          {toClock(share.since, nowMs)}, {toAgo(share.since, nowMs)}
        </Fact>
        <Fact name={isHub ? 'to publish' : 'not yet here'}>{share.lag}</Fact>
      </Facts>
      {isHub && <Followers {...share} nowMs={nowMs} />}
    </Section>
  )
}

function Followers({ followers, state, url, nowMs }: ShareStatus & { nowMs: number }) {
  if (state !== 'connected') return null
  if (followers.length === 0) {
    return (
      <>
        <h4 className={classes.sub}>Nobody follows yet. On another machine, with your company:</h4>
        <Copied text={`npx fic-dev follow ${url} --company …`} label="Copy the command" />
      </>
    )
  }
  return (
    <>
      <h4 className={classes.sub}>Followers</h4>
      <table className={table.followers}>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">company</th>
            <th scope="col">last seen</th>
            <th scope="col">not yet had</th>
          </tr>
        </thead>
        <tbody>
          {followers.map((follower) => (
            <FollowerRow key={`${follower.company} ${follower.name}`} follower={follower} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </>
  )
}

function FollowerRow({ follower, nowMs }: { follower: ShareFollower; nowMs: number }) {
  const { name, company, waiting, connected, lastSeenAt } = follower
  return (
    <tr className={`tone-${connected ? 'good' : 'quiet'}`}>
      <th scope="row">
        <Outside text={name} />
      </th>
      <td>{company}</td>
      <td className={table.seen} title={lastSeenAt === null ? undefined : toFullTime(lastSeenAt)}>
        {sayLastSeen(follower, nowMs)}
      </td>
      <td className={table.waiting}>{waiting}</td>
    </tr>
  )
}
