/** Reads the imports of `src` and `web`, and checks the layers and the import rules. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The modules of each layer, the lowest first. A file that is alone in `src` is a module of its own. */
const layers = [
  ['0', 'contract errors installation json-text log no-schemas promises replace-file time turns'],
  ['1', 'fic http redact text-file'],
  ['2', 'fic-api store tunnel'],
  ['3a', 'check delivery doctor emulator intake subscription'],
  ['3b', 'share sink'],
  ['3c', 'config inspector'],
  ['4', 'daemon'],
  ['5', 'cli index'],
] as const

type Layer = (typeof layers)[number][0]

const layerOf = new Map(
  layers.flatMap(([layer, modules]) => modules.split(' ').map((module): [string, Layer] => [module, layer])),
)
const order: string[] = layers.map(([layer]) => layer)

/** Pairs of one layer of which the first may import the second: what is redacted is decoded before. */
const allowedNeighbors = new Set(['redact http'])

/** Pure parts of the store: they open nothing, so the inspector may import their values. */
const pureStore = new Set(['src/store/filter/language.ts'])

/** The closed lists of words: the only values that the page shares with the rest. */
const vocabulary = 'src/contract/vocabulary.ts'

const none = /^$/

interface Import {
  /** The file that imports, from the root. */
  file: string
  /** A file from the root, or the name of a package. */
  of: string
  typeOnly: boolean
}

const sources = filesIn('src')
const page = filesIn('web')
const imports = [...sources, ...page].flatMap(readImports)
const inHouse = imports.filter(({ file, of }) => file.startsWith('src/') && of.startsWith('src/'))

test('there is something to read', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(page.length).toBeGreaterThan(10)
  expect(imports.length).toBeGreaterThan(300)
})

describe('layers', () => {
  test('every module has a layer', () => {
    const missing = [...new Set(sources.map(moduleOf))].filter((module) => !layerOf.has(module))

    expect(missing, 'Add a new module of src to the table at the top, and to CONTRIBUTING.md.').toEqual([])
  })

  test('every module of the table exists', () => {
    const existing = new Set(sources.map(moduleOf))

    expect([...layerOf.keys()].filter((module) => !existing.has(module))).toEqual([])
  })

  test('no module imports from a higher layer', () => {
    expect(
      wrong(inHouse, ({ file, of }) => heightOf(of) > heightOf(file)),
      'Pass what a module needs from above as an argument; the daemon does that.',
    ).toEqual([])
  })

  test('modules of one layer do not import each other', () => {
    expect(
      wrong(inHouse, ({ file, of }) => {
        const [from, to] = [moduleOf(file), moduleOf(of)]
        return from !== to && heightOf(file) === heightOf(of) && !allowedNeighbors.has(`${from} ${to}`)
      }),
      'The daemon connects modules of one layer, with functions as arguments.',
    ).toEqual([])
  })

  test('the servers import only types of the store and of layer 3a', () => {
    const isServer = (file: string) => ['emulator', 'inspector', 'sink'].includes(moduleOf(file))
    const isGiven = (file: string) =>
      ['2', '3a'].includes(layerOf.get(moduleOf(file)) ?? '') && !pureStore.has(file)

    expect(
      wrong(
        inHouse,
        ({ file, of, typeOnly }) =>
          isServer(file) && isGiven(of) && moduleOf(of) !== moduleOf(file) && !typeOnly,
      ),
      'Import the type; the daemon passes the value as an argument.',
    ).toEqual([])
  })

  test('contract holds types, and values in its vocabulary only; it imports only itself', () => {
    expect(
      wrong(imports, ({ file, of }) => file.startsWith('src/contract/') && !of.startsWith('src/contract/')),
      'The page shares these types, so they must not drag anything along.',
    ).toEqual([])
    const values = sources
      .filter((file) => file.startsWith('src/contract/') && file !== vocabulary)
      .filter((file) => /^export (const|let|function|class|enum|default)/m.test(read(file)))
    expect(values, 'Closed lists of words belong into the vocabulary; the rest are types.').toEqual([])
    expect(imports.filter(({ file }) => file === vocabulary)).toEqual([])
  })
})

test('no imports go in a circle, those of types included', () => {
  expect(
    inCircles(inHouse),
    'Move what both need to the lower file, or to one of its own; or pass it as an argument.',
  ).toEqual([])
})

test('the daemon has no member that is set after construction', () => {
  const daemon = sources.filter((file) => file === 'src/daemon.ts' || file.startsWith('src/daemon/'))
  const late = daemon.filter((file) => /^\s+#?\w+!:|\w!(?=[.;,)\]])/m.test(withoutComments(read(file))))
  const mutable = daemon.filter((file) =>
    /^\s+(?!readonly\b)#\w+(?::|\??\s*=)/m.test(withoutComments(read(file))),
  )

  expect(
    [...late, ...mutable],
    'Build each part as a constant from those before it, then start it. State belongs to the modules below.',
  ).toEqual([])
})

test('no folder of src but cli lists more than 25 files', () => {
  const sizes = new Map<string, number>()
  for (const file of sources) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1)
  const large = [...sizes].filter(([folder, files]) => folder !== 'src/cli' && files > 25)

  expect(large, 'Group the files by what they are for.').toEqual([])
})

describe('fences', () => {
  /** Files of `types` may import types of the package: those leave no trace. */
  test.each<[what: string, names: RegExp, where: RegExp, types: RegExp, why: string]>([
    [
      'fastify',
      /^(fastify$|@fastify\/)/,
      /^src\/(sink|inspector|emulator)\//,
      /^src\/(daemon|cli)\b/,
      'HTTP servers live in sink, inspector and emulator.',
    ],
    [
      'localtunnel',
      /^localtunnel$/,
      /^src\/tunnel\/providers\/localtunnel-worker\.ts$/,
      none,
      'Its errors end a process, so only its own worker loads it.',
    ],
    [
      'jose',
      /^jose$/,
      /^src\/(fic\/signature\/|emulator\/signer\.ts$)/,
      none,
      'Signatures are made and checked in one place on each side.',
    ],
    ['libsql', /^libsql$/, /^src\/store\/database\.ts$/, none, 'There is one connection to the database.'],
    [
      'the client of NATS',
      /^@nats-io\//,
      none,
      /^src\/share\//,
      'It is an optional peer: only types of it are imported, the rest is loaded when something is shared.',
    ],
    ['ws', /^ws$/, /^src\/(inspector\/stream|cli\/daemon-stream)\.ts$/, none, 'There is one stream.'],
    ['pino', /^pino$/, /^src\/log\.ts$/, /^src\/cli\//, 'There is one log, which takes secrets out.'],
    [
      'the SDK of Fatture in Cloud',
      /^(@fattureincloud\/|axios$)/,
      /^src\/fic-api\//,
      /^src\/emulator\/resources\/sample-[\w-]+\.ts$/,
      'Fatture in Cloud is asked in one place.',
    ],
    [
      'commander',
      /^commander$/,
      /^src\/cli\//,
      none,
      'What a person types is the business of the command line.',
    ],
    [
      'the prompts',
      /^@clack\//,
      /^src\/cli\/terminal\/prompts\.ts$/,
      none,
      'There is one keyboard, and each question on it is asked in the same way.',
    ],
  ])('%s stays where it belongs', (_what, names, where, types, why) => {
    const isOutside = ({ file, of, typeOnly }: Import) =>
      file.startsWith('src/') && names.test(of) && !where.test(file) && !(typeOnly && types.test(file))

    expect(wrong(imports, isOutside), `${why}`).toEqual([])
    expect(
      imports.some(({ of }) => names.test(of)),
      'Nothing is fenced in here any more.',
    ).toBe(true)
  })

  test('the emulator uses the event types of fic and nothing else of it', () => {
    expect(
      wrong(
        inHouse,
        ({ file, of }) =>
          moduleOf(file) === 'emulator' && moduleOf(of) === 'fic' && of !== 'src/fic/event-types.ts',
      ),
      'A mistake of our readers or verifiers must not be mirrored on the other side.',
    ).toEqual([])
  })

  test('the page imports types from contract, values from its vocabulary, and nothing else of src', () => {
    expect(
      wrong(
        imports,
        ({ file, of, typeOnly }) =>
          file.startsWith('web/') &&
          of.startsWith('src/') &&
          of !== vocabulary &&
          !(of.startsWith('src/contract/') && typeOnly),
      ),
      'The page knows the house by its private API only.',
    ).toEqual([])
  })

  test('src knows nothing of the page, the tests and the examples', () => {
    expect(
      wrong(imports, ({ file, of }) => file.startsWith('src/') && /^(web|test|bench|examples)\//.test(of)),
    ).toEqual([])
  })

  test.each([
    ['process.exit', /\bprocess\.exit\(/, ['src/cli/main.ts'], 'Everybody else throws or returns.'],
    [
      'process.env',
      /\bprocess\.env\b/,
      ['src/config/environment.ts', 'src/http/proxy.ts'],
      'The environment is read once, at the start; after that there is the configuration. Proxies are no setting of ours.',
    ],
    [
      'a write to stdout or stderr',
      /\bprocess\.(stdout|stderr)\.write\(/,
      ['src/cli/output.ts', 'src/cli/bin.ts'],
      'Whatever is written has to make way for the line at the bottom of the terminal.',
    ],
    ['console', /\bconsole\.\w+\(/, [], 'The log is for us, the output of the command line for people.'],
    [
      'a default export',
      /^export default\b|^export \{[^}]*\bas default\b/m,
      ['web/vite.config.ts'],
      'A name that is given once is found everywhere. Tools that ask for a default export are listed.',
    ],
    ['an enum', /^(export )?(const )?enum \w/m, [], 'Types are erased: plain Node runs the sources.'],
    ['any', /(:|\bas|<)\s*any\b(?!\s*\w)/, [], 'unknown at the door, and a reader just inside.'],
  ])('%s stands only where it may', (_what, pattern, where, why) => {
    const found = [...sources, ...page].filter((file) => pattern.test(withoutComments(read(file))))

    expect(
      found.filter((file) => !where.includes(file)),
      `${why}`,
    ).toEqual([])
  })

  test('no request is sent with fetch', () => {
    expect(
      sources.filter((file) => /(?<![\w.])fetch\(/.test(withoutComments(read(file)))),
      'With NODE_USE_ENV_PROXY it reaches loopback through a proxy, and without it it uses none: use http/exchange.',
    ).toEqual([])
  })

  test.each([
    ['dangerouslySetInnerHTML', /dangerouslySetInnerHTML|\.innerHTML\b|insertAdjacentHTML|document\.write/],
    ['eval', /\beval\(|new Function\(/],
  ])('%s stands nowhere: text from outside is text', (_what, pattern) => {
    expect([...sources, ...page].filter((file) => pattern.test(withoutComments(read(file))))).toEqual([])
  })

  test('every file says on its first line what it is for', () => {
    const silent = [...sources, ...page.filter((file) => /^web\/src\/.*\.tsx?$/.test(file))].filter(
      (file) => !/^(#!.*\n)?(\/\*\*|\/\*|\/\/)/.test(read(file)),
    )

    expect(silent).toEqual([])
  })
})

/** The offending import lines, in words. */
function wrong(lines: Import[], isWrong: (line: Import) => boolean): string[] {
  return lines.filter(isWrong).map(({ file, of }) => `${file} imports ${of}`)
}

/** The files that import themselves, in however many steps. */
function inCircles(lines: Import[]): string[] {
  const importsOf = new Map<string, string[]>()
  for (const { file, of } of lines) importsOf.set(file, [...(importsOf.get(file) ?? []), of])
  return [...importsOf.keys()].filter((file) => {
    const reached = new Set<string>()
    const next = [file]
    for (const from of next) {
      for (const of of importsOf.get(from) ?? []) {
        if (!reached.has(of)) next.push(of)
        reached.add(of)
      }
    }
    return reached.has(file)
  })
}

/** The position of a file's layer, from the lowest. */
function heightOf(file: string): number {
  return order.indexOf(layerOf.get(moduleOf(file)) ?? '')
}

/** `src/fic/signature/verify.ts` → `fic`, `src/log.ts` → `log`. */
function moduleOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '')
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|js|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !/\/(node_modules|dist)\//.test(file))
    .toSorted()
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function readImports(file: string): Import[] {
  const text = read(file)
  const told = [...text.matchAll(/^(?:import|export)\s+(type\s+)?([^'"`;]*?\sfrom\s+)?'([^']+)'/gm)]
  const asked = [...text.matchAll(/\bimport\(\s*'([^']+)'/g)]
  return [
    ...told.map(([, type, names = '', of = '']) => ({
      file,
      of: locate(file, of),
      typeOnly: type !== undefined || isOnlyTypes(names),
    })),
    ...asked.map(([, of = '']) => ({ file, of: locate(file, of), typeOnly: false })),
  ]
}

/** `{ type A, type B } from`: each name by itself is a type. */
function isOnlyTypes(names: string): boolean {
  const list = /^\{([^}]*)\}/.exec(names.trim())?.[1]
  return (
    list !== undefined && list.split(',').every((name) => name.trim() === '' || /^type\s/.test(name.trim()))
  )
}

function locate(file: string, of: string): string {
  if (!of.startsWith('.')) return of
  return relative(root, resolve(root, dirname(file), of))
    .split(sep)
    .join('/')
}

/** Comments and text in quotes may name what code may not use. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/(['"])(?:(?!\1)[^\\\n]|\\.)*\1/g, '$1$1')
}
