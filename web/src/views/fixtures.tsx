/** Below the board: the newest genuine notification of each type that was seen, to take into one's own tests. */

import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { CoverageEntry } from '../../../src/contract/board.ts'
import { toAgo } from '../clock-words.ts'
import { downloadFixture, downloadFixtures, fetchFixture } from '../fixtures-api.ts'
import type { Network } from '../network.ts'
import { Icon } from './icons.tsx'
import classes from './fixtures.module.css'
import { Outside } from './outside.tsx'
import { Section } from './section.tsx'

interface FixturesProps {
  entries: CoverageEntry[]
  network: Network
  nowMs: number
}

export function Fixtures({ entries, network, nowMs }: FixturesProps) {
  const [keepTokens, setKeepTokens] = useState(false)
  const [copied, setCopied] = useState<string | null>(null)
  const seen = entries.filter((entry) => entry.seen > 0)

  async function copy(type: string): Promise<void> {
    const isCopied = await network.attempt(async () =>
      navigator.clipboard.writeText(await fetchFixture(type, keepTokens)),
    )
    if (isCopied) setCopied(type)
  }

  return (
    <div className={classes.place}>
      <Section
        title="Fixtures for your tests"
        aside={
          <Button
            size="xs"
            variant="default"
            disabled={seen.length === 0}
            title="The same as: fic-dev export --fixtures"
            onClick={() => void network.attempt(() => downloadFixtures(keepTokens))}
          >
            Download all as NDJSON
          </Button>
        }
      >
        <p className="quiet">
          The newest genuine notification of each type: method, headers and body as your test sends them. Ids
          and the number of the company stay in it; the secret path and what tunnels added are left out. The
          NDJSON file is for import, and holds the welcome as well.
        </p>
        <Checkbox
          mt={10}
          size="xs"
          label="Keep the tokens, which name company, app and sink, and are good for three hours"
          checked={keepTokens}
          onChange={({ currentTarget }) => {
            setKeepTokens(currentTarget.checked)
            setCopied(null)
          }}
        />
        {seen.length === 0 ? (
          <p className={classes.none}>There is none yet: no event was seen.</p>
        ) : (
          <ul className={classes.fixtures} aria-label="Fixtures">
            {seen.map(({ type, shortName, lastAt }) => (
              <li key={type}>
                <span className={classes.type}>
                  <Outside text={shortName} />
                </span>
                <span className="quiet">{lastAt !== null && toAgo(lastAt, nowMs)}</span>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  leftSection={<Icon name={copied === shortName ? 'check' : 'copy'} size={13} />}
                  aria-label={`Copy the fixture ${shortName}`}
                  onClick={() => void copy(shortName)}
                >
                  {copied === shortName ? 'Copied' : 'Copy'}
                </Button>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-label={`Download the fixture ${shortName}`}
                  onClick={() => void network.attempt(() => downloadFixture(shortName, keepTokens))}
                >
                  JSON file
                </Button>
              </li>
            ))}
          </ul>
        )}
        <p className={classes.note}>
          In scripts: <code>npx fic-dev export --fixtures --dir test/fixtures</code>
        </p>
      </Section>
    </div>
  )
}
