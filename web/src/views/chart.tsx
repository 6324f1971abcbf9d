/** The last hour, a bar a minute, stacked by what became of the notifications; a press filters the list. */

import type { HistogramBucket } from '../../../src/contract/board.ts'
import { outcomeTexts, type Outcome } from '../../../src/contract/vocabulary.ts'
import { toMinute } from '../clock-words.ts'
import { hasTerm, setTerm, toggleTerm } from '../filter-text.ts'
import classes from './chart.module.css'

interface ChartProps {
  buckets: HistogramBucket[]
  query: string
  nowMs: number
  onFilter: (query: string) => void
}

const looks = Object.entries(outcomeTexts).map(([outcome, look]) => ({
  outcome: outcome as Outcome,
  ...look,
}))

const height = 36
const barWidth = 10

export function Chart({ buckets, query, nowMs, onFilter }: ChartProps) {
  const totals = looks.map((each) => ({
    ...each,
    total: buckets.reduce((sum, { counts }) => sum + (counts[each.outcome] ?? 0), 0),
  }))
  const all = totals.reduce((sum, { total }) => sum + total, 0)
  const highest = Math.max(1, ...buckets.map(sumOf))
  const filterMinute = ({ at }: HistogramBucket) => {
    const until = new Date(Date.parse(at) + 60_000).toISOString()
    onFilter(setTerm(setTerm(query, `since:${at}`), `until:${until}`))
  }

  return (
    <div className={classes.chart}>
      <svg
        className={classes.bars}
        viewBox={`0 0 ${Math.max(1, buckets.length) * barWidth} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Last hour: ${all} notifications, at most ${all === 0 ? 0 : highest} in a minute`}
      >
        {buckets.map((bucket, index) => (
          <g key={bucket.at} className={classes.bar} onClick={() => filterMinute(bucket)}>
            <title>{sayBucket(bucket, nowMs)}</title>
            <rect className={classes.hit} x={index * barWidth} y={0} width={barWidth} height={height} />
            <Stack bucket={bucket} x={index * barWidth + 1} highest={highest} />
          </g>
        ))}
      </svg>
      <div className={classes.legend} role="group" aria-label="Last hour by outcome">
        <span className={classes.name}>Last hour</span>
        {totals
          .filter(({ total, outcome }) => total > 0 || hasTerm(query, `delivery:${outcome}`))
          .map(({ outcome, label, color, total }) => (
            <button
              key={outcome}
              type="button"
              className={classes.key}
              aria-pressed={hasTerm(query, `delivery:${outcome}`)}
              title={`Show only these: delivery:${outcome}`}
              onClick={() => onFilter(toggleTerm(query, `delivery:${outcome}`))}
            >
              <span className={classes.swatch} style={{ background: color }} />
              {label} <b>{total}</b>
            </button>
          ))}
        {all === 0 && <span className={classes.name}>nothing came</span>}
      </div>
    </div>
  )
}

/** From the ground up; whatever came at all can be seen. */
function Stack({ bucket, x, highest }: { bucket: HistogramBucket; x: number; highest: number }) {
  let ground = height
  return looks.map(({ outcome, color }) => {
    const count = bucket.counts[outcome] ?? 0
    if (count === 0) return null
    const rise = Math.max(2, (count / highest) * (height - 2))
    ground -= rise
    return <rect key={outcome} x={x} y={ground} width={barWidth - 2} height={rise} fill={color} />
  })
}

function sumOf({ counts }: HistogramBucket): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function sayBucket(bucket: HistogramBucket, nowMs: number): string {
  const parts = looks
    .filter(({ outcome }) => bucket.counts[outcome])
    .map(({ outcome, label }) => `${bucket.counts[outcome]} ${label}`)
  return `${toMinute(bucket.at, nowMs)}: ${parts.join(', ') || 'nothing'}`
}
