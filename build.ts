/** Builds what is published: the program as a bundle, the page, the types, and the licenses of the packages inside. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { build as buildPage } from 'vite'
import { createNotices } from './notices.ts'

// Native or with a loader of their own: they stay packages. Optional peers are only there when a user installs them.
const outside = ['libsql', 'tsx', '@ngrok/ngrok', '@nats-io/transport-node', '@nats-io/jetstream']

const sdk = '@fattureincloud/fattureincloud-ts-sdk'

/** Built beside `dist` and put in its place at the end, so that no incomplete `dist` is ever visible. */
const draft = `dist.${process.pid}.new`

try {
  const files = (await Promise.all([bundleProgram(), bundlePage()])).flat()
  writeTypes()
  writeFileSync('NOTICES.txt', createNotices(packagesOf(files).filter(existsSync)))
  rmSync('dist', { recursive: true, force: true })
  renameSync(draft, 'dist')
} finally {
  rmSync(draft, { recursive: true, force: true })
}

/** Gives the files that went into it. */
async function bundleProgram(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: {
      cli: 'src/cli/bin.ts',
      index: 'src/index.ts',
      emulator: 'src/emulator/index.ts',
      'localtunnel-worker': 'src/tunnel/providers/localtunnel-worker.ts',
    },
    outdir: draft,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: outside,
    // Its CommonJS form, which Node would load, brings an axios of its own.
    alias: { [sdk]: resolve('node_modules', sdk, 'dist/esm/index.js') },
    // CommonJS packages inside an ES module still call `require`.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  return Object.keys(metafile.inputs)
}

/** Gives the files that went into it, and says what the page weighs on the wire. */
async function bundlePage(): Promise<string[]> {
  const built = await buildPage({
    configFile: 'web/vite.config.ts',
    logLevel: 'warn',
    build: { outDir: resolve(draft, 'page') },
  })
  const chunks = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  const scripts = chunks.filter((chunk) => chunk.type === 'chunk')
  // What the first screen needs, however deep it is imported, is named there.
  const html = readFileSync(join(draft, 'page/index.html'), 'utf8')
  for (const { fileName, code } of scripts) {
    const kilobytes = Math.round(gzipSync(code).length / 1024)
    console.log(`page: ${fileName} ${kilobytes} KB gzip${html.includes(fileName) ? '' : ', later'}`)
  }
  return scripts.flatMap(({ moduleIds }) => moduleIds)
}

function writeTypes(): void {
  const flags = ['-p', 'tsconfig.build.json', '--outDir', join(draft, 'types')]
  execFileSync(join('node_modules', '.bin', 'tsc'), flags, { stdio: 'inherit' })
}

/** The folders of the packages that files belong to. */
function packagesOf(files: string[]): string[] {
  const folders = files.flatMap((path) => {
    const match = /(node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)
    return match?.[1] === undefined ? [] : [match[1]]
  })
  return [...new Set(folders)].sort()
}
