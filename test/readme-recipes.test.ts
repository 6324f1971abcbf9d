/** The recipes: what the page shows is what the files hold, and `fic-dev check` finds nothing wrong with them. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { build, transform } from 'esbuild'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createFolder, run, type JsonLine } from './support/process.ts'
import { findBlock, readBlocks } from './readme-blocks.ts'

const page = 'docs/recipes.md'
/** What the app takes to be its address; `check` is told so. */
const audience = 'https://app.example/webhooks'

test.each(['fic-webhook.ts', 'fastify.ts'])('the page shows %s as it is', (name) => {
  const shown = findBlock(page, `// ${name}\n`).replace(`// ${name}\n`, '')
  expect(shown).toBe(readFileSync(join('examples/recipes', name), 'utf8'))
})

test('every TypeScript block can be read', async () => {
  const blocks = readBlocks(page).filter(({ language }) => language === 'ts')
  expect(blocks.length).toBeGreaterThan(5)
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } }
  for (const { code } of blocks) await transform(code, { loader: 'ts', tsconfigRaw })
})

test('check finds nothing wrong with the Fastify recipe', async () => {
  const folder = await trustOurKey()
  const { app } = await import('../examples/recipes/fastify.ts')
  onTestFinished(() => app.close())
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })

  expect(await findFaults(`${origin}/webhooks`, folder)).toEqual([])
})

test('check finds nothing wrong with the Next.js recipe', async () => {
  const folder = await trustOurKey()
  const route = await loadNextRoute(folder)
  // What it would work on, it prints.
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  onTestFinished(() => printed.mockRestore())
  const url = await serve((request) => (request.method === 'GET' ? route.GET : route.POST)(request))

  expect(await findFaults(url, folder)).toEqual([])
  expect(printed).toHaveBeenCalledWith(expect.objectContaining({ ids: ['8a51-2', '17'] }))
})

/** Has the recipes believe the dev key of a new project; gives its folder. */
async function trustOurKey(): Promise<string> {
  const folder = createFolder()
  vi.stubEnv('FIC_PUBLIC_KEYS', await readDevKey(folder))
  vi.stubEnv('FIC_AUDIENCES', audience)
  onTestFinished(() => void vi.unstubAllEnvs())
  return folder
}

async function readDevKey(folder: string): Promise<string> {
  const { stdout } = await run(['keys', '--json'], { cwd: folder })
  return String(readLines(stdout).find(({ name }) => name === 'dev')?.['base64'])
}

/** The cases of `check` that are not right. */
async function findFaults(url: string, folder: string): Promise<JsonLine[]> {
  const { stdout } = await run(['check', url, '--json', '--audience', audience], { cwd: folder })
  const cases = readLines(stdout).filter(({ type }) => type === 'case')
  if (cases.length < 20) throw new Error(`Only ${cases.length} cases were tried.`)
  return cases.filter(({ outcome }) => outcome !== 'right')
}

function readLines(stdout: string): JsonLine[] {
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JsonLine]))
}

type Handler = (request: Request) => Promise<Response>

/** The block of the page as a module. Of Next.js it needs `after` alone, which stands for "later" here. */
async function loadNextRoute(folder: string): Promise<{ GET: Handler; POST: Handler }> {
  const files = {
    'app/webhooks/route.ts': findBlock(page, '// app/webhooks/route.ts'),
    'fic-webhook.ts': readFileSync('examples/recipes/fic-webhook.ts', 'utf8'),
    'next-server.ts': 'export const after = (work: () => void) => void setImmediate(work)',
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const outfile = join(folder, 'route.mjs')
  await build({
    entryPoints: [join(folder, 'app/webhooks/route.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { 'next/server': join(folder, 'next-server.ts') },
    nodePaths: [resolve('node_modules')],
  })
  return import(/* @vite-ignore */ pathToFileURL(outfile).href) as Promise<{ GET: Handler; POST: Handler }>
}

/** Serves a handler of web requests, as a framework does. */
async function serve(handle: Handler): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const response = await handle(await toWebRequest(incoming))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(Buffer.from(await response.arrayBuffer()))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`
}

async function toWebRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming
  const body = await buffer(incoming)
  return new Request(new URL(url, 'http://127.0.0.1'), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    ),
    ...(method === 'POST' && { body }),
  })
}
