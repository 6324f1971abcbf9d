/** The official SDK and the documentation's curl calls drive the emulator, with only the base path changed. */

import {
  Configuration,
  UserApi,
  WebhooksApi,
  WebhooksSubscriptionMapping,
} from '@fattureincloud/fattureincloud-ts-sdk'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { answerWith, passChallenge, startSubscriber } from '../support/subscriber.ts'

const clientCreate = 'it.fattureincloud.webhooks.entities.clients.create'
const clientUpdate = 'it.fattureincloud.webhooks.entities.clients.update'

test('the SDK creates, lists, gets, modifies, verifies and deletes a subscription', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const api = new WebhooksApi(new Configuration({ accessToken: 'any-token', basePath: emulator.url }))

  target.respondToChallenge = answerWith(500)
  const created = await api.createWebhooksSubscription(17, {
    data: { sink: target.url, types: [clientCreate] },
  })
  const made = {
    id: created.data.data!.id!,
    sink: target.url,
    verified: false,
    types: [clientCreate],
    config: { mapping: 'binary' },
  }
  expect(created.data).toEqual({ data: made })
  expect(made.id).toMatch(/^SUB\d+$/)

  const listed = await api.listWebhooksSubscriptions(17)
  expect(listed.data).toEqual({ data: [made] })

  const modified = await api.modifyWebhooksSubscription(17, made.id, {
    data: { types: [clientUpdate], config: { mapping: WebhooksSubscriptionMapping.Structured } },
  })
  expect(modified.data).toEqual({
    data: { ...made, types: [clientUpdate], config: { mapping: 'structured' } },
  })

  target.respondToChallenge = passChallenge
  await emulator.clock.advance(10 * 60_000)
  const verify = await api.verifyWebhooksSubscription(17, made.id, { data: {} })
  expect(verify.status).toBe(200)
  await emulator.clock.advance(0)
  const got = await api.getWebhooksSubscription(17, made.id)
  expect(got.data.data?.verified).toBe(true)

  const deleted = await api.deleteWebhooksSubscription(17, made.id)
  expect(deleted.status).toBe(200)
  await expect(api.getWebhooksSubscription(17, made.id)).rejects.toMatchObject({ response: { status: 404 } })
})

test('the SDK reads whose the token is and which companies it sees', async () => {
  await using emulator = await createEmulator()
  const api = new UserApi(new Configuration({ accessToken: 'any-token', basePath: emulator.url }))
  const companies = await api.listUserCompanies()
  expect(companies.data.data?.companies?.map(({ id }) => id)).toEqual([108061])
  const info = await api.getUserInfo()
  expect(info.data.data?.email).toBe('ada@example.com')
})

test('the calls of the documentation work as written', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const created = await callApi(emulator.url, 'POST', '/c/2/subscriptions', {
    data: {
      sink: target.url,
      types: [clientCreate],
      verification_method: 'query',
      config: { mapping: 'structured' },
    },
  })
  expect(created.status).toBe(200)
  await emulator.clock.advance(0)
  const { id } = created.body.data as { id: string }
  const listed = await callApi(emulator.url, 'GET', '/c/2/subscriptions')
  expect(listed.body).toEqual({
    data: [
      { id, sink: target.url, verified: true, types: [clientCreate], config: { mapping: 'structured' } },
    ],
  })
  const verified = await callApi(emulator.url, 'POST', `/c/2/subscriptions/${id}/verify`, {
    data: { verification_method: 'header' },
  })
  expect(verified.status).toBe(200)
  await emulator.clock.advance(0)
  expect(target.challenges()).toHaveLength(2)
  expect((await callApi(emulator.url, 'DELETE', `/c/2/subscriptions/${id}`)).status).toBe(200)
  expect((await callApi(emulator.url, 'GET', '/c/2/subscriptions')).body).toEqual({ data: [] })
})
