/** The texts of a source file that people can see: string literals, templates and doc comments. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'

/** A text with the line on which it begins. */
export interface SourceText {
  text: string
  line: number
}

interface Node {
  type: string
  start: number
  end: number
  [member: string]: unknown
}

interface Parsed {
  source: string
  body: Node[]
  comments: { type: string; value: string; start: number; end: number }[]
}

const parsed = new Map<string, Parsed>()

function parse(file: string): Parsed {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const source = readFileSync(file, 'utf8')
  const { program, comments, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const result = { source, body: program.body as unknown as Node[], comments }
  parsed.set(file, result)
  return result
}

/** All string literals and templates, without the names of imported modules. Each `${…}` is `…`. */
export function readStrings(file: string): SourceText[] {
  const { source, body } = parse(file)
  const found: SourceText[] = []
  for (const statement of body) {
    visit(statement, (node) => {
      if (/^(Import|Export(All|Named))Declaration$/.test(node.type) && node['source'])
        return isNode(node['declaration'])
      const text = textOf(node)
      if (text !== null) found.push({ text, line: lineAt(source, node.start) })
      return true
    })
  }
  return found
}

function textOf(node: Node): string | null {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  if (node.type !== 'TemplateLiteral') return null
  const quasis = node['quasis'] as { value: { cooked: string | null; raw: string } }[]
  return quasis.map(({ value }) => value.cooked ?? value.raw).join('…')
}

/** Visits a node and what is in it; `enter` returns whether to go further. */
function visit(node: Node, enter: (node: Node) => boolean): void {
  if (!enter(node)) return
  for (const member of Object.values(node)) {
    for (const child of [member].flat()) if (isNode(child)) visit(child, enter)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** An exported declaration: the doc comment before it, and those of its members. */
export interface Documented {
  name: string
  file: string
  /** `null` if it has none. */
  comment: SourceText | null
  members: { name: string; comment: SourceText | null }[]
}

/**
 * The declarations that an editor shows to a user of a module: the exported ones, and those that they mention in their
 * types.
 */
export function readDocumented(entry: string): Documented[] {
  const found = new Map<string, Documented>()
  for (const [name, link] of readLinks(entry)) collect(link.file, link.name ?? name, found)
  return [...found.values()]
}

function collect(file: string, name: string, found: Map<string, Documented>): void {
  const key = `${file} ${name}`
  const declaration = declarationsOf(file).get(name)
  if (declaration === undefined) {
    const link = readLinks(file).get(name)
    if (link !== undefined) collect(link.file, link.name, found)
    return
  }
  if (found.has(key)) return
  found.set(key, {
    name,
    file,
    comment: commentBefore(file, declaration.outer),
    members: membersOf(declaration.node).map((member) => ({
      name: nameOf(member),
      comment: commentBefore(file, member),
    })),
  })
  for (const mentioned of typesIn(declaration.node)) collect(file, mentioned, found)
}

/** Types that a declaration mentions; of a function or a constant, those of its signature. */
function typesIn(declaration: Node): string[] {
  const names: string[] = []
  visit(declaration, (node) => {
    if (node.type === 'BlockStatement' || node.type === 'PropertyDefinition') return false
    if (node.type === 'TSTypeReference') names.push(String((node['typeName'] as Node)['name']))
    return true
  })
  return names
}

/** Relative imports and re-exports by their name here. */
function readLinks(file: string): Map<string, { file: string; name: string }> {
  const links = new Map<string, { file: string; name: string }>()
  for (const statement of parse(file).body) {
    const from = (statement['source'] as { value?: string } | null | undefined)?.value
    if (from === undefined || !from.startsWith('.')) continue
    for (const specifier of (statement['specifiers'] ?? []) as Node[]) {
      const there = (specifier['imported'] ?? specifier['local']) as Node
      const here = (specifier['exported'] ?? specifier['local']) as Node
      links.set(String(here['name']), { file: join(dirname(file), from), name: String(there['name']) })
    }
  }
  return links
}

function declarationsOf(file: string): Map<string, { node: Node; outer: Node }> {
  return new Map(
    parse(file).body.flatMap((outer) => {
      const node = isNode(outer['declaration']) ? outer['declaration'] : outer
      const declared = [node, ...((node['declarations'] ?? []) as Node[])]
      return declared.flatMap(({ id }) =>
        isNode(id) ? [[String(id['name']), { node, outer }] as const] : [],
      )
    }),
  )
}

function membersOf(declaration: Node): Node[] {
  const members: Node[] = []
  visit(declaration, (node) => {
    if (node.type === 'TSPropertySignature' || node.type === 'TSMethodSignature') members.push(node)
    return node.type !== 'BlockStatement'
  })
  return members
}

function nameOf(member: Node): string {
  const key = member['key'] as Node
  return String(key['name'] ?? key['value'] ?? '[]')
}

function commentBefore(file: string, { start }: Node): SourceText | null {
  const { source, comments } = parse(file)
  const comment = comments.findLast((each) => each.end <= start)
  if (comment?.value[0] !== '*' || source.slice(comment.end, start).trim() !== '') return null
  const text = comment.value.replaceAll(/\n\s*\* ?/g, '\n').replace(/^\*\s?/, '')
  return { text: text.trim(), line: lineAt(source, comment.start) }
}

function lineAt(source: string, offset: number): number {
  let line = 1
  for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line++
  return line
}
