import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectSnapshot } from './snapshot.ts'

const folder = 'dist/types'

test.each([
  ['fic-dev', 'index.d.ts', 'types.txt'],
  ['fic-dev/emulator', 'emulator/index.d.ts', 'types-emulator.txt'],
])('the types that %s exports are unchanged', async (name, entry, snapshot) => {
  const declarations = new Map<string, string>()
  const { links, own } = readModule(entry)
  const exported = [...links.keys(), ...own.keys()].toSorted()
  for (const each of exported) collect(entry, each, declarations)
  const text = [...declarations]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, declaration]) => `// ${place}\n${declaration}`)

  expect(exported.length).toBeGreaterThan(0)
  // `collect` follows import lines only.
  expect(text.join()).not.toContain('import(')
  await expectSnapshot(snapshot, [`// ${name} exports ${exported.join(', ')}`, ...text].join('\n\n'))
})

/** Adds the declaration of a name and of all names that it mentions. */
function collect(file: string, name: string, found: Map<string, string>): void {
  const { own, links } = readModule(file)
  const link = links.get(name)
  if (link !== undefined) return collect(link.file, link.name, found)
  const declaration = own.get(name)
  const place = `${file} ${name}`
  if (declaration === undefined || found.has(place)) return
  found.set(place, declaration)
  for (const [mentioned] of declaration.matchAll(/\b[A-Za-z_]\w*\b/g)) collect(file, mentioned, found)
}

interface Module {
  /** Declarations by name, without comments. */
  own: Map<string, string>
  /** Names that are imported or re-exported from another file of the package. */
  links: Map<string, { file: string; name: string }>
}

function readModule(file: string): Module {
  const path = join(folder, file)
  if (!existsSync(path)) throw new Error(`${path} does not exist. Run npm run build.`)
  const text = readFileSync(path, 'utf8').replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
  const module: Module = { own: new Map(), links: new Map() }
  for (const statement of text.split(/^(?=[a-z])/m)) {
    const link = /^(?:import|export) (?:type )?\{([^}]*)\} from '(\.[^']*)'/.exec(statement)
    const name = /\b(?:interface|type|class|function|const|let) (\w+)/.exec(statement)?.[1]
    if (link !== null) addLinks(module, file, link[1] ?? '', link[2] ?? '')
    else if (name !== undefined && !statement.startsWith('import')) module.own.set(name, statement.trim())
  }
  return module
}

function addLinks({ links }: Module, file: string, names: string, from: string): void {
  for (const each of names.split(',')) {
    const [name = '', alias = name] = each
      .trim()
      .replace(/^type /, '')
      .split(' as ')
    links.set(alias, { file: join(file, '..', from.replace(/\.[jt]s$/, '.d.ts')), name })
  }
}
