/** The page as the built program sends it: what a browser asks for first. */

import { expect, test } from 'vitest'
import { createFolder, start } from '../support/process.ts'

test('the built program sends the page, its script and its icon, and 404 for what is not there', async () => {
  const daemon = start(['--tunnel', 'none'], { cwd: createFolder() })
  const { inspectorUrl } = await daemon.line((line) => line['type'] === 'ready')
  const ask = (path: string) => fetch(inspectorUrl + path)

  const page = await ask('/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
  const html = await page.text()
  const script = /<script[^>]+src="(\/assets\/index[^"]+)"/.exec(html)?.[1] ?? ''
  const icon = /<link rel="icon"[^>]+href="([^"]+)"/.exec(html)?.[1] ?? ''
  const sent = await ask(script)
  expect([sent.status, sent.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('javascript'),
  ])
  expect((await sent.text()).length).toBeGreaterThan(100_000)
  expect((await ask(icon)).status).toBe(200)
  expect((await ask('/assets/nothing.js')).status).toBe(404)
})
