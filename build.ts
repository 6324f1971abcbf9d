/** Builds what is published: the program as a bundle, the page, the types, and the licences of what is inside. */

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { build as buildPage } from 'vite'

// Native or with a loader of their own: they stay packages. Optional peers are only there when a user installs them.
const outside = ['libsql', 'tsx', '@ngrok/ngrok']

const sdk = '@fattureincloud/fattureincloud-ts-sdk'

/** Built beside `dist` and put in its place at the end, so that nobody ever finds half of it. */
const draft = `dist.${process.pid}.new`

try {
  const [program] = await Promise.all([
    bundle(),
    buildPage({
      configFile: 'web/vite.config.ts',
      logLevel: 'warn',
      build: { outDir: resolve(draft, 'page') },
    }),
  ])
  writeTypes()
  writeFileSync('NOTICES.txt', noticesOf(packagesOf(program)))
  rmSync('dist', { recursive: true, force: true })
  renameSync(draft, 'dist')
} finally {
  rmSync(draft, { recursive: true, force: true })
}

async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: {
      cli: 'src/cli/main.ts',
      index: 'src/index.ts',
      emulator: 'src/emulator/index.ts',
      'localtunnel-worker': 'src/tunnel/localtunnel-worker.ts',
    },
    outdir: draft,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: outside,
    // Its CommonJS form, which Node would load, cannot be taken in parts and brings an axios of its own.
    alias: { [sdk]: resolve('node_modules', sdk, 'dist/esm/index.js') },
    // CommonJS packages inside an ES module still call `require`.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}

function writeTypes(): void {
  const flags = ['-p', 'tsconfig.build.json', '--outDir', join(draft, 'types')]
  execFileSync(join('node_modules', '.bin', 'tsc'), flags, { stdio: 'inherit' })
}

/** The folders of packages that ended up in the bundle. The page's are listed with the development dependencies it is made of. */
function packagesOf({ inputs }: Metafile): string[] {
  const page = [
    'react',
    'react-dom',
    'scheduler',
    '@mantine/core',
    '@mantine/hooks',
    '@tanstack/react-virtual',
  ]
  const folders = Object.keys(inputs).flatMap((path) => {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
    return match?.[1] === undefined ? [] : [match[1]]
  })
  return [...new Set([...folders, ...page.map((name) => join('node_modules', name))])].sort()
}

function noticesOf(folders: string[]): string {
  const notices = folders.filter(existsSync).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry))
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  return `fic-dev contains the following packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`
}
