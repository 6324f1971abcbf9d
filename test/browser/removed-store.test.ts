/** The page while the files of the store are removed: a line across it says what happened, and on which file. */

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'
import { launchChromium, visit } from './chromium.ts'
import { openUrl } from './looking.ts'

test('a removed data directory is reported at once; what cannot be written again stays until it can', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const { dataDir } = fic.config
  const browser = await launchChromium()
  try {
    await using seen = await visit(browser, openUrl(fic))
    const banner = seen.page.getByText(`The data directory ${dataDir} was removed`)

    renameSync(dataDir, `${dataDir}-elsewhere`)
    await banner.waitFor()
    await seen.page.getByText('It was written again with all').waitFor()

    rmSync(dataDir, { recursive: true })
    writeFileSync(dataDir, '')
    await seen.page.getByText('Notifications are answered 503').waitFor()

    rmSync(dataDir)
    await seen.page.getByText('It was written again with all').waitFor()
    expect(await seen.page.getByText('Notifications are answered 503').count()).toBe(0)
  } finally {
    await browser.close()
  }
})
