/** A real browser for the tests of the page: headless Chromium of this machine, which reaches nothing but loopback. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { pageDir } from '../../src/installation.ts'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
]

/** The caller closes it. `CHROMIUM` names another browser than the usual places have. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(join(pageDir, 'index.html'))) {
    throw new Error('The page is not built: run "npm run build" first.')
  }
  const executablePath = process.env['CHROMIUM'] ?? places.find((place) => existsSync(place))
  if (!executablePath) throw new Error(`There is no Chromium at ${places.join(', ')}. Name one in CHROMIUM.`)
  return chromium.launch({ executablePath, args: flags })
}

export interface Visit extends AsyncDisposable {
  page: Page
  /** Rows of the list as they stand there, from the top. */
  rows: Locator
  detail: Locator
  /** What a page of ours never does: errors, dialogs, requests to elsewhere, breaches of the policy. */
  faults: string[]
  /** Another tab of the same browser, with the same session. */
  openTab(url: string): Promise<Page>
}

/** Opens an address in a fresh browser context, as a person who is not signed in would. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const faults: string[] = []
  const { origin } = new URL(url)
  context.on('weberror', (error) => faults.push(error.error().message))
  context.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text())
  })
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`request to ${request.url()}`)
  })
  const page = await context.newPage()
  await page.goto(url)
  return {
    page,
    rows: page.getByRole('listbox', { name: 'Notifications' }).getByRole('option'),
    detail: page.getByRole('article', { name: 'Notification' }),
    faults,
    async openTab(other) {
      const tab = await context.newPage()
      await tab.goto(other)
      return tab
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
