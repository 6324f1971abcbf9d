import { expect, test } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { createFolder, run } from '../support/process.ts'
import { expectSnapshot } from './snapshot.ts'

const noEvents = { configured() {}, finished() {}, leave() {} }

test('the help of each command is unchanged', async () => {
  const cwd = createFolder()
  const commands = ['', ...createProgram(noEvents).commands.map((command) => command.name())]
  const sections = commands.map(async (command) => {
    const args = [command, '--help'].filter(Boolean)
    const { exitCode, stdout, stderr } = await run(args, { cwd })
    expect([exitCode, stderr], `${args.join(' ')}`).toEqual([0, ''])
    return `$ fic-dev ${args.join(' ')}\n${stdout}`
  })
  await expectSnapshot('help.txt', (await Promise.all(sections)).join('\n'))
})
