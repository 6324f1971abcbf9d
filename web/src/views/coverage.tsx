/** The board of all event types: subscribed to, seen, answered well by the target. */

import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { CoverageEntry } from '../../../src/contract/board.ts'
import { fetchCoverage } from '../board-api.ts'
import { columns, stateOf, stateWords, toRows } from '../coverage-rows.ts'
import type { CellState } from '../coverage-rows.ts'
import classes from './coverage.module.css'
import { Fixtures } from './fixtures.tsx'
import { Outside } from './outside.tsx'
import type { ScreenProps } from './screens.tsx'
import screen from './screens.module.css'

const restMs = 1_000

export function Coverage({ state, network, nowMs, go }: ScreenProps) {
  const entries = useCoverage(state.pulse)
  const fixtures = useRef<HTMLDivElement>(null)
  const live = state.link.phase === 'live'
  const canTrigger = live && state.status?.emulatorUrl != null
  const held = entries.filter((entry) => entry.held).length
  const seen = entries.filter((entry) => entry.seen > 0).length
  const good = entries.filter((entry) => stateOf(entry) === 'good').length

  function press(entry: CoverageEntry): void {
    if (entry.seen > 0) go({ screen: 'notifications', seq: null, query: `type:${entry.shortName}` })
    else void network.trigger({ type: entry.type })
  }

  return (
    <>
      <div className={screen.head}>
        <h2>Coverage</h2>
        <p>
          {entries.length} event types: <b>{held}</b> subscribed to, <b>{seen}</b> seen, <b>{good}</b>{' '}
          answered well by your app
        </p>
        <Button size="xs" variant="default" onClick={() => fixtures.current?.scrollIntoView()}>
          Fixtures for your tests
        </Button>
      </div>
      <Legend canTrigger={canTrigger} />
      <div className={classes.frame} tabIndex={0} role="region" aria-label="Board of event types">
        <table className={classes.board}>
          <thead>
            <tr>
              <th scope="col">Type</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column === 'other' ? 'others' : column.replace('_', ' ')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {toRows(entries).map(({ thing, cells }) => (
              <tr key={thing}>
                <th scope="row">
                  <Outside text={thing || '(none)'} />
                </th>
                {columns.map((column) => (
                  <td key={column}>
                    {cells[column]?.map((entry) => (
                      <Cell
                        key={entry.type}
                        entry={entry}
                        named={column === 'other'}
                        pressable={entry.seen > 0 || canTrigger}
                        canTrigger={canTrigger}
                        onPress={press}
                      />
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div ref={fixtures}>
        <Fixtures entries={entries} network={network} nowMs={nowMs} />
      </div>
    </>
  )
}

/** Asked for again when something has come: at most once a second. */
function useCoverage(pulse: number): CoverageEntry[] {
  const [entries, setEntries] = useState<CoverageEntry[]>([])
  const [tick, setTick] = useState(pulse)
  useEffect(() => {
    if (tick === pulse) return
    const timer = setTimeout(() => setTick(pulse), restMs)
    return () => clearTimeout(timer)
  }, [pulse, tick])
  useEffect(() => {
    let current = true
    fetchCoverage().then(
      (found) => current && setEntries(found),
      () => {},
    )
    return () => {
      current = false
    }
    // The tick is why it is asked again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [tick])
  return entries
}

interface CellProps {
  entry: CoverageEntry
  /** Its name stands in it, because no column has it. */
  named: boolean
  pressable: boolean
  canTrigger: boolean
  onPress: (entry: CoverageEntry) => void
}

function Cell({ entry, named, pressable, canTrigger, onPress }: CellProps) {
  const { shortName, seen } = entry
  const state = stateOf(entry)
  const does = seen > 0 ? 'show them' : canTrigger ? 'trigger one' : ''
  const says = `${shortName}: ${stateWords[state]}${seen > 0 ? `, ${seen}` : ''}`
  return (
    <button
      type="button"
      className={classes.cell}
      data-state={state}
      disabled={!pressable}
      aria-label={does ? `${says}; ${does}` : says}
      title={does ? `${says}. Press to ${does}.` : says}
      onClick={() => onPress(entry)}
    >
      <span className={classes.dot} data-state={state} />
      {named && <Outside text={shortName.slice(shortName.lastIndexOf('.') + 1).replace('_', ' ')} />}
      {seen > 0 && <b>{seen}</b>}
    </button>
  )
}

const states: CellState[] = ['good', 'bad', 'waiting', 'unseen', 'unheld']

function Legend({ canTrigger }: { canTrigger: boolean }) {
  return (
    <ul className={classes.legend} aria-label="Legend">
      {states.map((state) => (
        <li key={state}>
          <span className={classes.dot} data-state={state} /> {stateWords[state]}
        </li>
      ))}
      <li>
        {canTrigger ? 'A press shows them, or triggers one that was never seen.' : 'A press shows them.'}
      </li>
    </ul>
  )
}
