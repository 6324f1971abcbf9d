/** Starts the processes that are measured, and those that stand in for the world around them. */

import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

export const benchDir = dirname(dirname(fileURLToPath(import.meta.url)))
/** The built program; another copy can be named, to compare two of them. */
export const cli = resolve(process.env['FIC_DEV_BENCH_CLI'] ?? join(benchDir, '..', 'dist', 'cli.js'))
/** A folder for CPU profiles of the product, where they are wanted. */
const profileDir = process.env['FIC_DEV_BENCH_PROFILE']
const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileDir)}`]
/** Below node_modules: never committed, and packages are found from there. */
const builtDir = join(benchDir, 'node_modules', '.built')

/** Subjects run as plain JavaScript, without our own loader: it would weigh on their start and memory. */
export function buildSubjects(): void {
  buildSync({
    entryPoints: [join(benchDir, 'subjects', '*.ts')],
    outdir: builtDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
  })
}

// What is still there when a benchmark fails.
const running = new Set<ChildProcess>()
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

function watch(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

export interface Subject extends AsyncDisposable {
  pid: number
  /** What it told when it was ready: its address, in most cases. */
  ready: string
  /** Asks it over IPC, one question at a time. */
  ask<Answer>(question: object): Promise<Answer>
}

export async function startSubject(name: string, ...args: string[]): Promise<Subject> {
  const child = fork(join(builtDir, `${name}.mjs`), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  })
  watch(child)
  let tell = (_answer: unknown) => {}
  child.on('message', (answer) => tell(answer))
  const ended = new Promise<never>((_, fail) => {
    child.once('exit', (code) => fail(new Error(`${name} ended with ${code}.`)))
  })
  ended.catch(() => {})
  const answer = () => Promise.race([new Promise((resolve) => (tell = resolve)), ended])
  const ready = String(await answer())
  return {
    pid: pidOf(child),
    ready,
    async ask<Answer>(question: object) {
      const answered = answer()
      child.send(question)
      return (await answered) as Answer
    },
    [Symbol.asyncDispose]: () => end(child, 'SIGKILL'),
  }
}

export interface Product extends AsyncDisposable {
  pid: number
  startedInMs: number
  sinkUrl: string
  inspectorUrl: string
  token: string
  dir: string
}

export interface ProductOptions {
  /** A folder to start in; a new one, removed in the end, when left out. */
  dir?: string
  /** How the process ends; SIGKILL leaves a store that was not put in order. */
  endWith?: NodeJS.Signals
}

const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']

/** Starts the built program as a person would, and waits until it says that it is ready. */
export async function startProduct(flags: readonly string[], options: ProductOptions = {}): Promise<Product> {
  const dir = options.dir ?? createFolder()
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...profiling, cli, 'start', '--no-open', ...ports, ...flags], {
    cwd: dir,
    // What its environment costs Node at start (certificates to load, say) it costs the reference, too.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FIC_'))),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  watch(child)
  child.stdout.resume()
  await new Promise<void>((ready, fail) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('fic-dev is ready')) ready()
    })
    child.once('exit', (code) => fail(new Error(`fic-dev ended with ${code}: ${said.slice(-1_000)}`)))
  })
  const startedInMs = performance.now() - startedAt
  const { sinkUrl, inspectorUrl, token } = JSON.parse(
    readFileSync(join(dir, '.fic-dev', 'daemon.json'), 'utf8'),
  )
  return {
    pid: pidOf(child),
    startedInMs,
    sinkUrl,
    inspectorUrl,
    token,
    dir,
    async [Symbol.asyncDispose]() {
      await end(child, options.endWith ?? 'SIGTERM')
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true })
    },
  }
}

export function createFolder(): string {
  return mkdtempSync(join(tmpdir(), 'fic-dev-bench-'))
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('A process could not be started.')
  return pid
}
