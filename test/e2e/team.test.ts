/** One subscription, many machines: nothing is lost and nothing comes twice, whatever dies on the way. */

import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { describe, expect, test } from 'vitest'
import { createFolder, follow, isReady, kill, run, start, type JsonLine } from '../support/process.ts'
import { post, publicKey } from '../support/load.ts'
import { company, keptBy, readExport, requestOf, startFollower, type Kept } from '../support/team.ts'
import { isNatsInstalled, noNats, startNatsServer } from '../support/nats-server.ts'
import { testFolder } from '../support/capture.ts'
import { forwardTo } from '../support/daemon.ts'
import { arrived, startTarget, type Target } from '../support/target.ts'
import { freePort } from '../support/ports.ts'

async function keptIn(cwd: string): Promise<Kept[]> {
  return readExport((await run(['export', '--format', 'ndjson'], { cwd })).stdout)
}

/** Sends so many, a few at a time; what got no answer is not sent again. Gives the ids that were answered 200. */
async function sendMany(
  sinkUrl: string,
  count: number,
  onAnswered: (count: number) => unknown = () => {},
): Promise<string[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  const answered: string[] = []
  let left = count
  const sender = async () => {
    while (left-- > 0) {
      const id = `198:${randomUUID()}`
      const body = `{"data":{"ids":[${left}]},"padding":"${'x'.repeat(left % 97)}"}`
      const status = await post(sinkUrl, id, agent, body).catch(() => 0)
      if (status !== 200) continue
      answered.push(id)
      onAnswered(answered.length)
    }
  }
  await Promise.all([sender(), sender(), sender(), sender()])
  agent.destroy()
  return answered
}

describe.skipIf(!isNatsInstalled)(`a team on one subscription${noNats}`, () => {
  test(
    'a server that is killed, a follower that is away, one that is killed, a hub that is killed: each has everything once',
    { timeout: 180_000 },
    async () => {
      const server = await startNatsServer()
      const hubPlace = { cwd: createFolder() }
      const sinkPort = String(await freePort())
      const hubFlags = `--tunnel none --public-key ${publicKey} --sink-port ${sinkPort} --share ${server.url}`
      const targets = await Promise.all(Array.from({ length: 5 }, () => startTarget()))
      const [first, second, third, fourth, fifth] = targets as [Target, Target, Target, Target, Target]
      const folders = await Promise.all(Array.from({ length: 4 }, () => testFolder()))
      const followAs = (index: number, name: string) =>
        startFollower(
          server.url,
          { name },
          { folder: folders[index]!, config: forwardTo(targets[index]!.url) },
        )
      const killedPlace = { cwd: createFolder() }
      const fifthFlags = `--json --port 0 --company ${company} --as fifth --public-key ${publicKey} -f ${fifth.url}`
      const launchFifth = () => follow(['follow', server.url, ...fifthFlags.split(' ')], killedPlace)
      const isFollowing = (line: JsonLine) => line['type'] === 'share' && line['share'].state === 'connected'

      await using one = await followAs(0, 'first')
      await using two = await followAs(1, 'second')
      await using three = await followAs(2, 'third')
      const four = await followAs(3, 'fourth')
      for (const { until } of [one, two, three, four]) {
        await until((message) => message.type === 'share' && message.share.state === 'connected')
      }
      const five = launchFifth()
      await five.line(isFollowing)
      const hub = start(hubFlags.split(' '), hubPlace)
      const { sinkUrl } = await hub.line(isReady)

      const answered = await sendMany(sinkUrl, 250)
      await first.waitFor(50)
      await four.close()
      await kill(five)
      answered.push(...(await sendMany(sinkUrl, 150)))
      await server.kill()
      answered.push(...(await sendMany(sinkUrl, 150)))
      await server.start()
      let tellHalf = () => {}
      const half = new Promise<void>((resolve) => (tellHalf = resolve))
      const sending = sendMany(sinkUrl, 200, (count) => count === 100 && tellHalf())
      await half
      await kill(hub)
      answered.push(...(await sending))
      const hubAgain = start(hubFlags.split(' '), hubPlace)
      await hubAgain.line(isReady)
      await using fourAgain = await followAs(3, 'fourth')
      const fiveAgain = launchFifth()
      answered.push(...(await sendMany(sinkUrl, 1_000 - answered.length)))

      expect(answered).toHaveLength(1_000)
      await Promise.all([first, second, third, fourth, fifth].map((target) => arrived(target, answered)))
      hubAgain.signal('SIGTERM')
      fiveAgain.signal('SIGTERM')
      await Promise.all([hubAgain.ended, fiveAgain.ended])
      const byId = (notifications: Kept[]) =>
        new Map(notifications.map((each) => [each.cloudEvent?.id ?? '', requestOf(each)]))
      const atHub = await keptIn(hubPlace.cwd)
      const stores = [
        ...(await Promise.all([one, two, three, fourAgain].map(keptBy))),
        await keptIn(killedPlace.cwd),
      ]
      for (const kept of stores) {
        expect(kept.map(({ signature }) => signature.outcome)).toEqual(kept.map(() => 'valid'))
        expect(kept).toHaveLength(atHub.length)
        expect(byId(kept)).toEqual(byId(atHub))
      }
      expect(answered.filter((id) => !byId(atHub).has(id))).toEqual([])
      await Promise.all(targets.map((target) => target.close()))
    },
  )
})
