/** Sharing as the page of a hub and of a follower shows it, over a real nats-server. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isNatsInstalled, noNats, startNatsServer } from '../support/nats-server.ts'
import {
  isConnected,
  isDisconnected,
  makeEvent,
  send,
  startFollower,
  startHub,
  untilShare,
} from '../support/team.ts'
import { testFolder } from '../support/capture.ts'
import { forwardTo } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { eventually } from '../support/eventually.ts'
import { findBarriers } from './accessibility.ts'
import { launchChromium, visit } from './chromium.ts'
import { goTo, openUrl } from './looking.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

describe.skipIf(!isNatsInstalled)(`sharing on the page${noNats}`, { timeout: 120_000 }, () => {
  test('the hub shows who follows and has not had what, and says what to do when the server is gone', async () => {
    const server = await startNatsServer()
    await using hub = await startHub(server.url)
    await untilShare(hub, isConnected)
    await using seen = await visit(browser, openUrl(hub))
    const { page } = seen
    const lamp = page.getByRole('group', { name: 'State of the parts' }).getByText('Sharing')
    const card = page.getByRole('region', { name: 'Sharing' })
    const rows = () => card.getByRole('row').allInnerTexts()

    await lamp.click()
    await page.getByText('What comes here is published to the stream').waitFor()
    await page.keyboard.press('Escape')
    await goTo(seen, '#/status')
    await card.getByText(`npx fic-dev follow ${server.url} --company …`).waitFor()
    const folder = await testFolder()
    const follower = await startFollower(server.url, { name: 'anna' }, { folder })
    await untilShare(follower, isConnected)
    await card.getByText('there now').waitFor()
    await follower.close()
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await eventually(rows).toEqual([
      'name\tcompany\tlast seen\tnot yet had',
      expect.stringMatching(/^anna\t12345\t(just now|\d+ s ago)\t2$/),
    ])

    await server.kill()
    await page
      .getByRole('region', { name: 'What needs attention' })
      .getByText(`Sharing is disconnected: ${server.url} refused the connection.`)
      .waitFor()
    await card.getByText('Start the server there (nats-server -js), or check host and port.').waitFor()
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await card.getByText('to publish').locator('xpath=..').getByText('1').waitFor()
    await server.start()
    await page.getByText('Nothing: everything that fic-dev watches is well.').waitFor()
    await eventually(rows).toContainEqual(expect.stringMatching(/\t3$/))
    expect(seen.faults).toEqual([])
  })

  test('a notification says whether the team got it: it waits, is shared, or could not be', async () => {
    const server = await startNatsServer()
    await using target = await startTarget(0, 404)
    await using hub = await startHub(server.url, forwardTo(target.url))
    await untilShare(hub, isConnected)
    await server.kill()
    await untilShare(hub, isDisconnected)
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await using seen = await visit(browser, openUrl(hub))
    const { page, detail } = seen
    const shared = detail.getByRole('region', { name: 'Did the team get it?' })
    const answers = detail.getByRole('region', { name: 'What did my app answer?' })
    const steps = () => detail.getByRole('list', { name: 'What happened when' }).innerText()

    await goTo(seen, '#/n/1')
    await shared.getByText('Not yet: it waits for the stream').waitFor()
    await server.start()
    await shared.getByText('Message 1 of the stream FIC').waitFor()
    await eventually(steps).toMatch(/Answered 200[^]*Stream shared[^]*Attempt 1 404/)
    expect(
      await answers.getByRole('list', { name: 'Deliveries, newest first' }).getByRole('listitem').count(),
    ).toBe(1)
    expect(await answers.innerText()).toContain('Fatture in Cloud would drop it')
    await page.reload()
    await eventually(() => seen.rows.first().innerText()).toContain('404')
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl, { body: `{"x":"${'x'.repeat(1_048_560)}"}` }))
    await goTo(seen, '#/n/2')
    await shared.getByText('it is not published again: followers will not see it').waitFor()
    await shared.getByText('raise max_payload there').waitFor()
    expect(seen.faults).toEqual([])
  })

  test('a replay goes to the app, also where the stream was the last to be asked', async () => {
    const server = await startNatsServer()
    await using target = await startTarget()
    await using hub = await startHub(server.url, forwardTo(target.url))
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await hub.until(
      (told) => told.type === 'delivery' && told.delivery.responseBody?.includes('FIC') === true,
    )
    await target.waitFor(1)
    await using seen = await visit(browser, openUrl(hub))
    await goTo(seen, '#/n/1')
    const replay = seen.detail.getByRole('button', { name: 'Replay · original' })
    await replay.hover()
    await seen.page.getByText(`Send it to ${target.url} again (r)`).waitFor()
    await replay.click()
    expect((await target.waitFor(2))[1]?.headers['x-fic-dev-replay']).toBe('1')
  })

  test('a follower waits for the hub: no tunnel, no subscription, but the server, the first event, the app', async () => {
    const server = await startNatsServer()
    await using target = await startTarget()
    await using hub = await startHub(server.url)
    await using follower = await startFollower(
      server.url,
      { name: 'anna' },
      { config: forwardTo(target.url) },
    )
    await untilShare(follower, isConnected)
    await using seen = await visit(browser, openUrl(follower))
    const { page, detail } = seen

    await page.getByText(`Follows as anna at ${server.url}.`).waitFor()
    await page.getByText('First event from the hub').waitFor()
    expect(await page.getByRole('group', { name: 'State of the parts' }).innerText()).toMatch(
      /^Target\s+Sharing$/,
    )
    await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
    await page.getByText('Everything works.').waitFor()
    await seen.rows.first().click()
    await detail.getByText('The sender itself got 200 from the hub.').waitFor()
    await detail.getByText('Fatture in Cloud signed it, for this id.').waitFor()
    await goTo(seen, '#/status')
    const card = page.getByRole('region', { name: 'Sharing' })
    await card.getByText('follower', { exact: true }).waitFor()
    expect(await page.getByRole('region', { name: 'Tunnel' }).count()).toBe(0)
    await goTo(seen, '#/subscription')
    await page.getByText('the hub of the team holds it').waitFor()
    expect(seen.faults).toEqual([])
  })

  test.for([
    { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
    { colorScheme: 'dark', viewport: { width: 390, height: 800 } },
  ] as const)(
    'a loss that lasts is said across the page; axe finds nothing serious in it: $colorScheme, $viewport.width wide',
    async (look) => {
      const server = await startNatsServer()
      await using hub = await startHub(server.url)
      await using follower = await startFollower(server.url, { name: 'anna' })
      await untilShare(hub, ({ followers }) => followers.length === 1)
      await send(hub.sinkUrl, makeEvent(hub.sinkUrl))
      await follower.until(({ type }) => type === 'notification')
      const found: string[] = []
      const judge = async (fic: typeof hub, laterMs: number, says: string) => {
        await using seen = await visit(browser, 'about:blank', look)
        await seen.page.clock.setFixedTime(Date.now() + laterMs)
        await seen.page.goto(openUrl(fic))
        for (const hash of ['#/status', '#/n/1', '#/subscription']) {
          await goTo(seen, hash)
          await seen.page.getByRole('main').waitFor()
          if (hash === '#/status') await seen.page.getByText(says).first().waitFor()
          found.push(...(await findBarriers(seen.page)).map((barrier) => `${hash} ${barrier}`))
        }
      }

      await judge(hub, 0, 'there now')
      await server.kill()
      await Promise.all([untilShare(hub, isDisconnected), untilShare(follower, isDisconnected)])
      await judge(hub, 120_000, '0 notifications wait for the team.')
      await judge(follower, 120_000, 'No notification arrives before the server is back')
      expect(found).toEqual([])
    },
  )
})
