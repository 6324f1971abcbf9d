/** Who may do what at the server: a credentials file, JetStream per account, users with few rights, and what is said without them. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { describe, expect, test } from 'vitest'
import { createFolder, follow } from '../support/process.ts'
import { findBlock } from '../readme-blocks.ts'
import { testFolder } from '../support/capture.ts'
import { isNatsInstalled, noNats, startNatsServer } from '../support/nats-server.ts'
import { makeOperator, type OperatorOptions } from './operator.ts'
import {
  company,
  isConnected,
  isDisconnected,
  makeEvent,
  send,
  startFollower,
  startHub,
  untilShare,
} from '../support/team.ts'

async function startWithOperator(options: OperatorOptions = {}) {
  const operator = makeOperator(options)
  const server = await startNatsServer({ config: operator.config })
  const shareCreds = join(await testFolder(), 'anna.creds')
  await writeFile(shareCreds, operator.creds)
  return { ...operator, server, shareCreds }
}

describe.skipIf(!isNatsInstalled)(`credentials${noNats}`, () => {
  test('with a credentials file a hub and a follower get in, and its seed shows up nowhere', async () => {
    const { server, shareCreds, seed } = await startWithOperator()
    await using hub = await startHub(server.url, { shareCreds })
    await using follower = await startFollower(server.url, {}, { config: { shareCreds } })
    await untilShare(follower, isConnected)
    const event = makeEvent(hub.sinkUrl)
    await send(hub.sinkUrl, event)
    expect(await follower.until(({ type }) => type === 'notification')).toMatchObject({
      notification: { cloudEvent: { id: event.id }, signature: { outcome: 'valid' } },
    })
    const status = await (await hub.api('/api/status')).text()
    expect(JSON.stringify([hub.told, follower.told]) + status).not.toContain(seed)
  })

  test('without the file, or with one of another operator, the server refuses, and says so', async () => {
    const { server } = await startWithOperator()
    const other = join(await testFolder(), 'other.creds')
    await writeFile(other, makeOperator().creds)
    const refused = {
      detail: 'the server refuses the credentials',
      hint: expect.stringContaining('--share-creds'),
    }
    await using stranger = await startFollower(server.url)
    expect(await untilShare(stranger, isDisconnected)).toMatchObject(refused)
    await using other1 = await startFollower(server.url, {}, { config: { shareCreds: other } })
    expect(await untilShare(other1, isDisconnected)).toMatchObject(refused)
  })

  test('a credentials file that is none is a mistake told at the start', async () => {
    const shareCreds = join(await testFolder(), 'anna.creds')
    await writeFile(shareCreds, 'not a credentials file: secret-7f3a')
    const failure = await startFollower('nats://127.0.0.1:1', {}, { config: { shareCreds } }).catch(
      (thrown: unknown) => thrown,
    )
    expect(failure).toMatchObject({ code: 'FIC_DEV_E_SHARE_CREDENTIALS' })
    expect(String(failure)).not.toContain('secret-7f3a')
  })

  test('an account that may not use JetStream is told what is missing', async () => {
    const { server, shareCreds } = await startWithOperator({ jetStream: false })
    await using hub = await startHub(server.url, { shareCreds })
    expect(await untilShare(hub, isDisconnected)).toMatchObject({
      detail: 'JetStream is not on there: start the server with "nats-server -js"',
      hint: expect.stringContaining('per account'),
    })
  })

  test('wrong credentials are told once, however often they are tried, and never written down', async () => {
    const server = await startNatsServer({ config: 'authorization { token: "right" }' })
    const secret = 'wrong-7f3a'
    const place = { cwd: createFolder(), environment: { FIC_DEV_SHARE_TOKEN: secret } }
    const flags = ['--company', String(company), '--port', '0', '--no-open', '--log-level', 'debug']
    const started = follow(['follow', server.url, ...flags], place)
    await expect
      .poll(() => started.stderr().split('sharing interrupted').length, { timeout: 20_000 })
      .toBeGreaterThan(4)
    started.signal('SIGTERM')
    await started.ended
    expect(started.stderr().match(/disconnected/g)).toHaveLength(1)
    expect(started.stderr()).toContain('the server refuses the credentials')
    expect(started.stderr()).toContain('FIC_DEV_SHARE_TOKEN')
    expect(started.stderr()).not.toContain(secret)
  })
})

/** The rights as our page gives them, and two users who have other ones. */
function rights({ mayMakeStream = true } = {}): string {
  const block = findBlock('docs/team.md', 'jetstream: enabled')
  const config = mayMakeStream ? block : block.replace('"$JS.API.STREAM.CREATE.FIC", ', '')
  return config.replace(
    'users: [',
    `users: [
      { user: admin, password: "admin" }
      { user: publisher, password: "publisher", permissions: { publish: ["fic.>"], subscribe: ["_INBOX.>"] } }`,
  )
}

function userNamed(user: string, password = user) {
  return { secrets: { accessToken: null, share: { token: null, user, password } } }
}

const hubUser = userNamed('hub', 'one password')
const teamUser = userNamed('team', 'another password')
const admin = { user: 'admin', pass: 'admin' }

describe.skipIf(!isNatsInstalled)(`rights at the server${noNats}`, () => {
  test('hub and followers need the rights of our page, and no others', async () => {
    const server = await startNatsServer({ config: rights() })
    await using hub = await startHub(server.url, {}, hubUser)
    await untilShare(hub, isConnected)
    await using follower = await startFollower(server.url, { name: 'anna' }, { parts: teamUser })
    await untilShare(follower, isConnected)
    await untilShare(hub, ({ followers }) => followers[0]?.name === 'anna')
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await follower.until(({ type }) => type === 'notification')
    await untilShare(hub, ({ lag, followers }) => lag === 0 && followers[0]?.waiting === 0)
    expect(follower.told.filter(({ type }) => type === 'error')).toEqual([])
  })

  test('a follower cannot publish with the rights of our page', async () => {
    const server = await startNatsServer({ config: rights() })
    const connection = await server.connect({ user: 'team', pass: 'another password' })
    await expect(jetstream(connection).publish(`fic.${company}.taxes.create`, 'x')).rejects.toThrow(
      /permissions violation/i,
    )
  })

  test('who may not make the stream is told so, until somebody has made it', async () => {
    const server = await startNatsServer({ config: rights({ mayMakeStream: false }) })
    await using hub = await startHub(server.url, {}, hubUser)
    expect(await untilShare(hub, isDisconnected)).toMatchObject({
      detail: expect.stringContaining('the server does not allow it'),
      hint: expect.stringContaining('docs/team.md'),
    })
    const manager = await jetstreamManager(await server.connect(admin))
    await manager.streams.add({ name: 'FIC', subjects: ['fic.>'] })
    await untilShare(hub, isConnected)
  })

  test('a hub that may publish and nothing else publishes, where the stream is there', async () => {
    const server = await startNatsServer({ config: rights() })
    const manager = await jetstreamManager(await server.connect(admin))
    await manager.streams.add({ name: 'FIC', subjects: ['fic.>'] })
    await using hub = await startHub(server.url, {}, userNamed('publisher'))
    await untilShare(hub, isConnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await hub.until((told) => told.type === 'delivery' && told.delivery.verdict === 'delivered')
    expect((await manager.streams.info('FIC')).state.messages).toBe(1)
  })
})
