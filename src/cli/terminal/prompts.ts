/** Asks questions in the terminal. Questions and answers stay off stdout. */

import { PassThrough, Writable } from 'node:stream'
import { autocomplete, type CANCEL_SYMBOL, isCancel, log, password, text } from '@clack/prompts'
import { FicDevError } from '../../errors.ts'
import type { Output } from '../output.ts'
import { visible } from './visible.ts'

export interface Question {
  message: string
  /** How the question is answered if there is no terminal: a flag, for example. */
  answeredBy: string
}

export interface TextQuestion extends Question {
  /** The answer if only Enter is pressed; shown in brackets. */
  standard?: string
  /** Isn't shown while it is typed. */
  secret?: boolean
  /** What is wrong with an answer, as a sentence; `null` for a good one. The question is then asked again. */
  problem?(answer: string): string | null
}

export interface Choice<Value> {
  /** What is typed to find it. */
  name: string
  label: string
  value: Value
}

interface ListQuestion<Value> extends Question {
  /** The first one is the answer if only Enter is pressed. */
  choices: readonly Choice<Value>[]
}

export interface Prompts {
  /** Returns what was typed, trimmed. */
  ask(question: TextQuestion): Promise<string>
  choose<Value>(question: ListQuestion<Value>): Promise<Value>
  /** Yes or no. Anything else is asked again. */
  confirm(question: Question & { standard: boolean }): Promise<boolean>
  /** Shows a sentence between two questions. */
  warn(sentence: string): void
  /** Waits for something that a question needs. */
  during<Result>(work: Promise<Result>): Promise<Result>
}

/** A question was canceled: Esc, Ctrl-C or Ctrl-D, or the terminal was closed. */
export class Canceled extends Error {
  override readonly message = 'The question was canceled.'
}

/** Runs `work` with prompts, and puts the terminal back at its end. Nothing is touched before the first question. */
export async function withPrompts<Result>(
  output: Output,
  work: (prompts: Prompts) => Promise<Result>,
): Promise<Result> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return work(noPrompts)
  const prompts = new TerminalPrompts(output)
  try {
    return await work(prompts)
  } finally {
    prompts.close()
  }
}

/** Asks one question whose safe answer is no, which is also what it returns if it is canceled. */
export async function confirmOnce(output: Output, question: Question): Promise<boolean> {
  try {
    return await withPrompts(output, (prompts) => prompts.confirm({ ...question, standard: false }))
  } catch (error) {
    if (error instanceof Canceled) return false
    throw error
  }
}

/** Without a terminal, each question is an error. */
const noPrompts: Prompts = {
  ask: refuse,
  choose: refuse,
  confirm: refuse,
  warn() {},
  during: (work) => work,
}

async function refuse({ message, answeredBy }: Question): Promise<never> {
  throw new FicDevError('USAGE', `Can't ask "${message}": stdin or stderr is not a terminal.`, {
    hint: answeredBy,
  })
}

const ctrlC = '\u0003'
const ctrlD = '\u0004'
const ctrlZ = '\u001A'

/**
 * The terminal stays in raw mode from the first question to the last, so that nothing is echoed that comes in between.
 * What is pasted reaches the questions line by line: a prompt would lose everything behind its first line.
 */
class TerminalPrompts implements Prompts {
  readonly #screen: Screen
  readonly #keys = new Keys()
  readonly #decoder = new TextDecoder()
  #waiting = ''
  #last = ''
  #isOpen = false
  #isAsking = false
  #isFeeding = false
  #cancel: () => void = () => {}
  readonly #canceled = new Promise<never>((_resolve, reject) => (this.#cancel = () => reject(new Canceled())))

  constructor(output: Output) {
    this.#screen = new Screen(output)
    // Between two questions, nothing waits for it.
    this.#canceled.catch(() => {})
  }

  ask({ message, standard = '', ...question }: TextQuestion): Promise<string> {
    const shown = standard === '' ? message : `${message} [${standard}]`
    return this.#ask({ ...question, message: visible(shown), standard })
  }

  async choose<Value>({ message, choices }: ListQuestion<Value>): Promise<Value> {
    let search = ''
    const names = new Set(choices.map(({ name }) => name.toLowerCase()))
    // A name that is typed in full finds only itself.
    const fits = (typed: string, name: string, label: string) => {
      search = typed.trim().toLowerCase()
      if (names.has(search)) return name.toLowerCase() === search
      return `${name} ${label}`.toLowerCase().includes(search)
    }
    for (;;) {
      search = ''
      const name = await this.#question(() =>
        autocomplete({
          message: visible(message),
          options: choices.map(({ name: value, label }) => ({ value, label: visible(label) })),
          filter: (typed, { value, label = '' }) => fits(typed, value, label),
          maxItems: 10,
          ...this.#streams,
        }),
      )
      const chosen = choices.find((choice) => choice.name === name)
      if (chosen) return chosen.value
      this.#refuse(`"${search}" is not in the list.`)
    }
  }

  async confirm({ message, standard, ...question }: Question & { standard: boolean }): Promise<boolean> {
    const answer = await this.#ask({
      ...question,
      message: visible(`${message} [${standard ? 'Y/n' : 'y/N'}]`),
      standard: standard ? 'y' : 'n',
      problem: (typed) => (yes.test(typed) || no.test(typed) ? null : `"${typed}" is neither y nor n.`),
    })
    return yes.test(answer)
  }

  warn(sentence: string): void {
    log.warn(visible(sentence), { output: this.#screen })
  }

  during<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.#canceled])
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#screen.close()
    process.stdin.off('data', this.#take).off('end', this.#cancel).off('error', this.#cancel)
    process.stdin.setRawMode(false)
    process.stdin.pause()
  }

  async #ask({ message, standard = '', secret = false, problem }: TextQuestion): Promise<string> {
    for (;;) {
      const typed = await this.#question(() =>
        secret
          ? password({ message, ...this.#streams })
          : text({ message, defaultValue: standard, ...this.#streams }),
      )
      // A password that is empty is none.
      const answer = (typed ?? '').trim() || standard
      const wrong = problem?.(answer) ?? null
      if (wrong === null) return answer
      this.#refuse(wrong)
    }
  }

  get #streams() {
    return { input: this.#keys, output: this.#screen }
  }

  async #question<Answer>(prompt: () => Promise<Answer | typeof CANCEL_SYMBOL>): Promise<Answer> {
    this.#open()
    const answering = prompt()
    this.#isAsking = true
    this.#feed()
    try {
      const answer = await Promise.race([answering, this.#canceled])
      if (isCancel(answer)) throw new Canceled()
      return answer
    } finally {
      this.#isAsking = false
    }
  }

  #open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    process.stdin.setRawMode(true)
    process.stdin.on('data', this.#take).on('end', this.#cancel).on('error', this.#cancel)
    process.stdin.resume()
  }

  readonly #take = (chunk: Buffer | string): void => {
    const typed = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true })
    for (const key of typed) {
      // In raw mode, these are keys like any other.
      if (key === ctrlZ) this.#suspend()
      else if ((key === ctrlC || key === ctrlD) && !this.#isAsking) this.#cancel()
      else if (key === ctrlD) this.#waiting += ctrlC
      // A line that is pasted may end as in any file; readline takes only this one for Enter.
      else if (key !== '\n') this.#waiting += key
      else if (this.#last !== '\r') this.#waiting += '\r'
      this.#last = key
    }
    this.#feed()
  }

  /** Passes one line at a time, and the next one once the prompt has seen it. */
  #feed(): void {
    if (!this.#isAsking || this.#isFeeding || this.#waiting === '') return
    const end = this.#waiting.indexOf('\r')
    const line = end === -1 ? this.#waiting : this.#waiting.slice(0, end + 1)
    this.#waiting = this.#waiting.slice(line.length)
    this.#isFeeding = true
    this.#keys.write(line)
    setImmediate(() => {
      this.#isFeeding = false
      this.#feed()
    })
  }

  /** What follows a wrong answer in the same paste is an answer to another question. */
  #refuse(sentence: string): void {
    const isCut = this.#waiting !== ''
    this.#waiting = ''
    this.warn(isCut ? `${sentence} The rest of what was pasted is ignored.` : sentence)
  }

  #suspend(): void {
    process.stdin.setRawMode(false)
    process.once('SIGCONT', () => this.#isOpen && process.stdin.setRawMode(true))
    process.kill(process.pid, 'SIGTSTP')
  }
}

const yes = /^y(?:es)?$/i
const no = /^no?$/i

/** What the prompts read. */
class Keys extends PassThrough {
  readonly isTTY = true
  /** The terminal is in raw mode anyway. */
  setRawMode(): this {
    return this
  }
}

/** What the prompts draw on. */
class Screen extends Writable {
  readonly isTTY = true
  readonly #output: Output
  readonly #resized = () => void this.emit('resize')

  constructor(output: Output) {
    super({ decodeStrings: false })
    this.#output = output
    process.stderr.on('resize', this.#resized)
  }

  /** A terminal that doesn't know its size says 0. */
  get columns(): number {
    return process.stderr.columns || 80
  }

  get rows(): number {
    return process.stderr.rows || 24
  }

  /** Done at once: what others say next comes after it. */
  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    const drawn = String(chunk)
    this.#output.tell(this.#output.colors.isColorSupported ? drawn : withoutColors(drawn))
    done()
  }

  close(): void {
    process.stderr.off('resize', this.#resized)
  }
}

function withoutColors(drawn: string): string {
  // oxlint-disable-next-line no-control-regex -- this is what a color is made of
  return drawn.replaceAll(/\u001B\[[\d;]*m/g, '')
}
