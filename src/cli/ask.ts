/** Asks the person in the terminal; questions and answers stay off stdout. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { FicDevError } from '../errors.ts'
import type { Output } from './output.ts'
import { visible } from './terminal/visible.ts'

export interface Prompt {
  /** What was typed, trimmed; `standard` for an empty answer. `problem` says what is wrong with an answer, and asks again. */
  ask(question: string, options?: AskOptions): Promise<string>
  /** Yes or no; an empty answer is `standard`. */
  confirm(question: string, standard: boolean): Promise<boolean>
  close(): void
}

export interface AskOptions {
  standard?: string
  /** `null` for a good answer. */
  problem?: (answer: string) => string | null
  /** Is not shown while it is typed. */
  secret?: boolean
}

/** Somebody closed the question instead of answering: Ctrl-C or Ctrl-D. */
export class NoAnswer extends Error {}

/**
 * To be closed when all is asked.
 * @throws FicDevError USAGE where there is nobody to ask; `instead` is a command that needs nobody.
 */
export function openPrompt(what: string, instead: string, { tell }: Pick<Output, 'tell'>): Prompt {
  if (!process.stdin.isTTY) {
    throw new FicDevError('USAGE', `${what} has nobody to ask here.`, { hint: `Example: ${instead}` })
  }
  let hidden = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (hidden) done()
      else tell(chunk, done)
    },
  })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const closed = new Promise<never>((_resolve, reject) =>
    terminal.once('close', () => reject(new NoAnswer('There was no answer.'))),
  )
  // Between two questions nobody waits for it.
  closed.catch(() => {})

  async function askOnce(question: string): Promise<string> {
    return (await Promise.race([terminal.question(question), closed])).trim()
  }

  /** readline shows nothing meanwhile, so the question is written past it. */
  async function askHidden(question: string): Promise<string> {
    tell(question)
    hidden = true
    try {
      return await askOnce('')
    } finally {
      hidden = false
      tell('\n')
    }
  }

  async function ask(question: string, options: AskOptions = {}): Promise<string> {
    const { standard, problem, secret = false } = options
    const text =
      standard === undefined || standard === '' ? `${question}: ` : `${question} [${visible(standard)}]: `
    for (;;) {
      const answer = (await (secret ? askHidden : askOnce)(text)) || (standard ?? '')
      const says = problem?.(answer) ?? null
      if (says === null) return answer
      tell(`  ${visible(says)}\n`)
    }
  }

  return {
    ask,
    async confirm(question, standard) {
      const answer = await askOnce(`${question} [${standard ? 'Y/n' : 'y/N'}] `)
      return answer === '' ? standard : /^y(?:es)?$/i.test(answer)
    },
    close: () => terminal.close(),
  }
}
