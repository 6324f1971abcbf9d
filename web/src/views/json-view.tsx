/** A JSON tree whose objects and lists fold; what is not folded reads, and copies, as the JSON that came. */

import { useState } from 'react'
import type { ReactNode } from 'react'
import type { JsonNode } from '../json-tree.ts'
import classes from './json-view.module.css'
import { Outside } from './outside.tsx'

/** More children than this are shown when somebody asks. */
const shownChildren = 300

export function JsonView({ node }: { node: JsonNode }) {
  return <Node node={node} name="the body" depth={0} />
}

interface NodeProps {
  node: JsonNode
  /** For the label of the fold. */
  name: string
  depth: number
}

function Node({ node, name, depth }: NodeProps) {
  if (node.kind === 'scalar') {
    return (
      <span className={classes[node.token]}>
        <Outside text={node.text} />
      </span>
    )
  }
  const count = node.kind === 'array' ? node.items.length : node.members.length
  if (count === 0) return node.kind === 'array' ? '[]' : '{}'
  return <Branch node={node} count={count} name={name} depth={depth} />
}

type BranchProps = NodeProps & { node: Exclude<JsonNode, { kind: 'scalar' }>; count: number }

function Branch({ node, count, name, depth }: BranchProps) {
  const [folded, setFolded] = useState(false)
  const [all, setAll] = useState(false)
  const [open, close] = node.kind === 'array' ? '[]' : '{}'
  const isFlat = node.kind === 'array' && node.items.every((item) => item.kind === 'scalar')
  const children = toChildren(node)
  const shown = all ? children : children.slice(0, shownChildren)
  const indent = `\n${'  '.repeat(depth + 1)}`
  const outdent = `\n${'  '.repeat(depth)}`
  return (
    <>
      {depth > 0 && (
        <button
          type="button"
          className={classes.fold}
          aria-expanded={!folded}
          aria-label={`Fold ${name}`}
          onClick={() => setFolded(!folded)}
        />
      )}
      {open}
      {folded ? (
        <button type="button" className={classes.more} onClick={() => setFolded(false)}>
          {sayCount(node, count)}
        </button>
      ) : (
        <>
          {shown.map(({ key, label, value }, index) => (
            <Child
              key={key}
              lead={isFlat ? (index === 0 ? '' : ' ') : indent}
              label={label}
              end={index < count - 1 ? ',' : ''}
            >
              <Node node={value} name={label?.slice(1, -1) ?? `item ${index + 1}`} depth={depth + 1} />
            </Child>
          ))}
          {shown.length < count && (
            <>
              {indent}
              <button type="button" className={classes.more} onClick={() => setAll(true)}>
                show {count - shown.length} more
              </button>
            </>
          )}
          {!isFlat && outdent}
        </>
      )}
      {close}
    </>
  )
}

interface ChildProps {
  /** The white space before it. */
  lead: string
  label: string | null
  end: string
  children: ReactNode
}

function Child({ lead, label, end, children }: ChildProps) {
  return (
    <>
      {lead}
      {label !== null && (
        <>
          <span className={classes.key}>
            <Outside text={label} />
          </span>
          {': '}
        </>
      )}
      {children}
      {end}
    </>
  )
}

/** A doubled member keeps its place, so names alone do not tell children apart. */
function toChildren(node: BranchProps['node']): { key: string; label: string | null; value: JsonNode }[] {
  return node.kind === 'array'
    ? node.items.map((value, index) => ({ key: String(index), label: null, value }))
    : node.members.map(({ key, value }, index) => ({ key: `${index} ${key}`, label: key, value }))
}

function sayCount({ kind }: JsonNode, count: number): string {
  const word = kind === 'array' ? 'item' : 'member'
  return ` ${count} ${word}${count === 1 ? '' : 's'} `
}
