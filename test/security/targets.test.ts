/** Who may change the targets to what: the page less than the command line, for a page could be made to ask. */

import { expect, test } from 'vitest'
import { forwardTo, startDaemon, temporaryFolder } from '../support/daemon.ts'
import { signIn } from '../support/page-session.ts'

const configured = 'http://app.test:3000/webhooks'
const elsewhere = 'http://other.test:3000/webhooks'

test('the page names configured targets and this machine only; neither names fic-dev, or what is no target', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, forwardTo(configured))
  const link = new URL(fic.daemon.addresses().openUrl)
  const { authorization } = await signIn(Number(link.port), link.pathname)
  const page = { authorization: authorization.replace('Authorization: ', '') }
  const put = async (targets: unknown, headers: Record<string, string> = {}) => {
    const answer = await fic.api('/api/targets', {
      method: 'PUT',
      body: JSON.stringify({ targets }),
      headers,
    })
    const { error } = (await answer.json()) as { error?: { code: string } }
    return [answer.status, error?.code.replace('FIC_DEV_E_', '') ?? null]
  }
  const urls = () => fic.daemon.status().targets.map(({ url }) => url)

  expect(await put([elsewhere], page)).toEqual([403, 'FORBIDDEN'])
  expect(await put([configured, `taxes.*=${elsewhere}`], page)).toEqual([403, 'FORBIDDEN'])
  for (const wrong of [
    [fic.inspectorUrl],
    [fic.sinkUrl],
    [fic.daemon.addresses().emulatorUrl],
    ['ftp://x'],
    [' '],
  ]) {
    expect([wrong, await put(wrong)]).toEqual([wrong, [400, 'CONFIG_INVALID']])
  }
  for (const wrong of [null, 'x', [''], [5, {}]]) expect((await put(wrong))[0]).toBe(400)
  expect(urls()).toEqual([configured])

  expect(await put(['localhost:9/x'], page)).toEqual([200, null])
  // It was configured at the start.
  expect(await put([configured], page)).toEqual([200, null])
  expect(await put([elsewhere])).toEqual([200, null])
  expect(urls()).toEqual([elsewhere])
})

test('headers of a configured target stay with it, and go to no other', async () => {
  await using folder = await temporaryFolder()
  const rule = { types: [], url: configured, headers: { authorization: 'Basic secret' } }
  await using fic = await startDaemon(folder.path, { forwardTo: [rule] })
  const name = (targets: string[]) =>
    fic.api('/api/targets', { method: 'PUT', body: JSON.stringify({ targets }) })
  const settings = async () => (await (await fic.api('/api/settings')).json()) as { forwardTo: unknown[] }

  await name([elsewhere])
  expect((await settings()).forwardTo).toEqual([{ types: [], url: elsewhere, headers: {} }])
  await name([configured])
  expect((await settings()).forwardTo).toEqual([rule])
  expect(await (await fic.api('/api/targets')).text()).not.toContain('secret')
})
