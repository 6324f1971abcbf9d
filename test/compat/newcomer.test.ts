/**
 * The first ten minutes of a developer: an empty project, the package as it is published, and commands that README, its
 * pages or the terminal have shown before. Packages come from the registry.
 */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { findBlock } from '../readme-blocks.ts'
import { isNatsInstalled, noNats, startNatsServer } from '../support/nats-server.ts'
import { freePort } from '../support/ports.ts'
import { createFolder } from '../support/process.ts'

interface Shell {
  /** Everything that its commands printed. */
  text(): string
  /** Types a command that ends, with what a person puts in the place of a part of it. Returns what it printed. */
  run(command: string, inPlace?: Record<string, string>): Promise<{ exitCode: number | null; text: string }>
  /** Types a command that stays, and waits until it has printed this. */
  start(command: string, until: RegExp, inPlace?: Record<string, string>): Promise<void>
  sees(pattern: RegExp): Promise<void>
}

const pages = ['README.md', 'docs/recipes.md', 'docs/team.md']
const shown = pages.map((page) => readFileSync(page, 'utf8')).join('\n')
const folder = mkdtempSync(join(tmpdir(), 'fic-dev-packed-'))
let packed = ''

beforeAll(() => {
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder]
  const { stderr } = spawnSync('npm', pack, { encoding: 'utf8' })
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (file === undefined) throw new Error(`npm pack made no file: ${stderr}`)
  packed = join(folder, file)
  return () => rmSync(folder, { recursive: true, force: true })
})

interface Project {
  cwd: string
  openShell(): Shell
  /** Saves the file of the recipes that begins with its name. */
  save(name: string): void
}

/** An empty project, or one that has the packages of another. */
async function createProject(other?: Project): Promise<Project> {
  const cwd = createFolder()
  const [port, sinkPort] = [await freePort(), await freePort()]
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    FIC_DEV_PORT: '0',
    FIC_DEV_SINK_PORT: String(sinkPort),
    FIC_DEV_EMULATOR_PORT: '0',
    FIC_DEV_OPEN: 'false',
  }
  /** The pages are about port 3000, which another program may have here, and about the published package. */
  const here = (text: string) => text.replaceAll(/\b3000\b/g, String(port))
  if (other) cpSync(other.cwd, cwd, { recursive: true })
  else writeFileSync(join(cwd, 'package.json'), '{ "name": "newcomer", "private": true, "type": "module" }\n')

  function openShell(): Shell {
    const printed: string[] = []
    const text = () => printed.join('')

    function type(command: string, inPlace: Record<string, string> = {}) {
      // What has to be typed was read before.
      expect(shown).toContain(command)
      const replaced = Object.entries(inPlace).reduce(
        (line, [part, instead]) => line.replaceAll(part, instead),
        command.replace(/^(npm install .*)\bfic-dev\b/, `$1${packed}`),
      )
      const child = spawn('sh', ['-c', here(replaced)], { cwd, env: environment, detached: true })
      const closed = once(child, 'close') as Promise<[number | null]>
      onTestFinished(async () => {
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
        await closed
      })
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => void printed.push(chunk.toString()))
      }
      return closed
    }

    const sees = (pattern: RegExp) =>
      vi.waitFor(() => expect(text()).toMatch(pattern), { timeout: 60_000, interval: 50 })
    return {
      text,
      sees,
      async run(command, inPlace) {
        const before = printed.length
        const [exitCode] = await type(command, inPlace)
        return { exitCode, text: printed.slice(before).join('') }
      },
      async start(command, until, inPlace) {
        void type(command, inPlace)
        await sees(until)
      },
    }
  }

  const save = (name: string) =>
    writeFileSync(join(cwd, name), here(findBlock('docs/recipes.md', `// ${name}\n`)))
  return { cwd, openShell, save }
}

/** The packages of the recipe for Express, and its two files. */
async function createExpressProject(): Promise<Project> {
  const project = await createProject()
  const shell = project.openShell()
  for (const name of ['fic-webhook.ts', 'express.ts']) project.save(name)
  for (const command of ['npm install express jose', 'npm install --save-dev fic-dev tsx']) {
    expect(await shell.run(command)).toMatchObject({ exitCode: 0 })
  }
  return project
}

test('an empty Express project answers a signed event with its own 2xx, and check finds nothing wrong', async () => {
  const { openShell, cwd } = await createExpressProject()
  // What a newcomer reads comes with the package.
  expect(pages.filter((page) => !existsSync(join(cwd, 'node_modules/fic-dev', page)))).toEqual([])
  const [daemon, app, commands] = [openShell(), openShell(), openShell()]

  await daemon.start('npx fic-dev --emulator --forward-to http://localhost:3000/webhooks', /fic-dev is ready/)
  expect(await commands.run('npx fic-dev env --write .env.local')).toMatchObject({ exitCode: 0 })
  await app.start('npx tsx --env-file=.env.local express.ts', /^/)
  expect(await commands.run('npx fic-dev trigger invoices.create')).toMatchObject({ exitCode: 0 })
  await app.sees(/invoices\.create/)
  await daemon.sees(/--> issued_documents\.invoices\.create .* signed[^]*<-- \[2\d\d\]/)

  expect(await commands.run('npx fic-dev check http://localhost:3000/webhooks')).toEqual({
    exitCode: 0,
    text: expect.stringContaining('This receiver is right: '),
  })
}, 300_000)

test.skipIf(!isNatsInstalled)(
  `a follower's app answers a shared event with its own 2xx, and check finds nothing wrong${noNats}`,
  async () => {
    const { url } = await startNatsServer()
    const follower = await createExpressProject()
    const client = 'npm install --save-dev @nats-io/transport-node@3.3.1 @nats-io/jetstream@3.3.1'
    expect(await follower.openShell().run(client)).toMatchObject({ exitCode: 0 })
    const hub = await createProject(follower)
    const server = { 'nats://127.0.0.1:4222': url }
    const hubCommands = hub.openShell()
    await hub
      .openShell()
      .start(
        'npx fic-dev --emulator --company 12345 --share nats://127.0.0.1:4222',
        /fic-dev is ready/,
        server,
      )
    const { text: keys } = await hubCommands.run('npx fic-dev keys')
    const key = keys.match(/^LS0t\S+$/gm)?.[1] ?? ''

    const [daemon, app, commands] = [follower.openShell(), follower.openShell(), follower.openShell()]
    await daemon.start(
      'npx fic-dev follow nats://127.0.0.1:4222 --company 12345 --public-key LS0tLS1CRUdJ… -f http://localhost:3000/webhooks',
      /fic-dev is ready/,
      { ...server, 'LS0tLS1CRUdJ…': key },
    )
    expect(await commands.run('npx fic-dev env --write .env.local')).toMatchObject({ exitCode: 0 })
    await app.start('npx tsx --env-file=.env.local express.ts', /^/)
    expect(await hubCommands.run('npx fic-dev trigger invoices.create')).toMatchObject({ exitCode: 0 })
    await app.sees(/invoices\.create/)
    await daemon.sees(/--> issued_documents\.invoices\.create .* signed[^]*<-- \[2\d\d\]/)

    expect(await commands.run('npx fic-dev check http://localhost:3000/webhooks')).toEqual({
      exitCode: 0,
      text: expect.stringContaining('This receiver is right: '),
    })
  },
  300_000,
)
