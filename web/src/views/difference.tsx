/** Two messages side by side with what differs marked: in a row per header, in a row per line of the body. */

import { Checkbox } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { HeaderPair } from '../../../src/contract/notification.ts'
import { compareHeaders, compareLines, compareText } from '../difference.ts'
import type { LineDifference } from '../difference.ts'
import { layOutText } from '../json-tokens.ts'
import { readTokenClaims, shortenTokens } from '../token-claims.ts'
import classes from './difference.module.css'
import { Outside } from './outside.tsx'

/** One side of a comparison. */
export interface Side {
  title: string
  /** What is to be compared but is no header: type, time, status. */
  facts: HeaderPair[]
  headers: HeaderPair[]
  /** `null` when it is not text. */
  body: string | null
}

interface DifferenceProps {
  left: Side
  right: Side
  /** To begin with, what is the same is left out. */
  brief?: boolean
}

export function Difference({ left, right, brief = false }: DifferenceProps) {
  const [onlyDifferent, setOnlyDifferent] = useState(brief)
  const parts = useMemo(
    () => ({
      facts: compareHeaders(left.facts, right.facts),
      token: compareHeaders(readTokenClaims(left.headers), readTokenClaims(right.headers)),
      headers: compareHeaders(shortenTokens(left.headers), shortenTokens(right.headers)),
      body: compareLines(toLines(left.body), toLines(right.body)),
    }),
    [left, right],
  )
  const count = Object.values(parts)
    .flat()
    .filter(({ kind }) => kind !== 'same').length
  const shown = <T extends LineDifference>(rows: T[]) =>
    onlyDifferent ? rows.filter(({ kind }) => kind !== 'same') : rows
  const titles = { left: left.title, right: right.title }
  return (
    <div className={classes.difference}>
      <div className={classes.head}>
        <p role="status" className={classes.count}>
          {count === 0 ? 'Nothing differs.' : `${count} ${count === 1 ? 'line differs' : 'lines differ'}.`}
        </p>
        {count > 0 && (
          <Checkbox
            size="xs"
            label="Only what differs"
            checked={onlyDifferent}
            onChange={(event) => setOnlyDifferent(event.currentTarget.checked)}
          />
        )}
      </div>
      <Rows title="What it is" titles={titles} rows={shown(parts.facts)} />
      <Rows title="Token" titles={titles} rows={shown(parts.token)} />
      <Rows title="Headers" titles={titles} rows={shown(parts.headers)} />
      <Rows title="Body" titles={titles} rows={shown(parts.body)} />
    </div>
  )
}

/** JSON is laid out, so that a member stands on a line of its own. */
function toLines(body: string | null): string {
  if (body === null) return '(not text)'
  return layOutText(body) ?? body
}

interface RowsProps {
  title: string
  titles: { left: string; right: string }
  rows: (LineDifference & { name?: string })[]
}

function Rows({ title, titles, rows }: RowsProps) {
  if (rows.length === 0) return null
  const isNamed = rows.some((row) => row.name !== undefined)
  return (
    <table className={classes.rows} aria-label={title} data-named={isNamed}>
      <thead>
        <tr>
          {isNamed && <th scope="col">{title}</th>}
          <th scope="col">{isNamed ? titles.left : `${title} · ${titles.left}`}</th>
          <th scope="col">{titles.right}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines of one text have no other name
          <tr key={index} data-kind={row.kind}>
            {isNamed && (
              <th scope="row">
                <Outside text={row.name ?? ''} />
              </th>
            )}
            <Cell row={row} side="left" />
            <Cell row={row} side="right" />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const says = { same: '', changed: 'changed', removed: 'only here', added: 'only here' }

function Cell({ row, side }: { row: LineDifference; side: 'left' | 'right' }) {
  const text = row[side]
  if (text === null) return <td className={classes.none} />
  const isMarked = row.kind !== 'same'
  return (
    <td className={isMarked ? classes[side] : undefined}>
      {isMarked && <span className={classes.says}>{says[row.kind]}: </span>}
      <Marked row={row} side={side} />
    </td>
  )
}

/** Of a changed line, only what is really another is marked. */
function Marked({ row: { kind, left, right }, side }: { row: LineDifference; side: 'left' | 'right' }) {
  const text = (side === 'left' ? left : right) ?? ''
  if (kind !== 'changed') return <Outside text={text} lines />
  const { start, leftEnd, rightEnd } = compareText(left ?? '', right ?? '')
  const end = side === 'left' ? leftEnd : rightEnd
  return (
    <>
      <Outside text={text.slice(0, start)} lines />
      <mark>
        <Outside text={text.slice(start, end)} lines />
      </mark>
      <Outside text={text.slice(end)} lines />
    </>
  )
}
