/** Does what the keys of a running daemon ask for. */

import type { Daemon } from '../../daemon.ts'
import { messageOf } from '../../errors.ts'
import { openInBrowser } from '../browser.ts'
import { isInForeground, watchForeground } from './foreground.ts'
import { keyHelp, takeKeys, type Action, type TakenKeys } from './keyboard.ts'
import type { Output } from '../output.ts'
import { letGoOfTerminal, type Ending } from '../signals.ts'
import type { StatusLine } from './status-line.ts'
import { visible } from './visible.ts'

export interface KeyParts {
  output: Output
  ending: Ending
  statusLine: StatusLine
}

export interface Keys {
  /** Yes or no, by a key. Another key is asked again. */
  confirm(question: string): Promise<boolean>
  /** The daemon is up: from now on all keys act. */
  ready(daemon: Daemon): void
  /** Puts the terminal back as it was. */
  release(): void
}

/**
 * Before the daemon is up, only those keys act that do not need it. In the background of a shell nothing is read and
 * nothing is drawn; once the job is in the foreground, keys and status line are there.
 */
export function listenToKeys(parts: KeyParts): Keys {
  const { output } = parts
  let daemon: Daemon | null = null
  let isReleased = false
  const questions: Asked[] = []
  let taken: TakenKeys | null = null
  const onKey = (action: Action | null, key: string) => {
    if (action === 'suspend') return foreground.suspend()
    const asked = action === 'interrupt' || action === 'quit' ? undefined : questions[0]
    if (asked !== undefined) {
      if (!isAnswer(key)) return output.say(`"${visible(key)}" is neither y nor n. ${asked.text}`)
      questions.shift()
      return asked.answer(isYes(key))
    }
    if (action === null) return undefined
    return act(action, parts, daemon).catch((error: unknown) => output.say(visible(messageOf(error))))
  }
  const foreground = watchForeground({
    taken() {
      taken?.drop()
      taken = takeKeys(process.stdin, onKey)
      output.bottom?.hide(false)
    },
    leaving() {
      output.bottom?.hide(true)
      taken?.release()
      taken = null
    },
    lost() {
      output.bottom?.hide(true)
      taken?.drop()
      taken = null
    },
  })
  return {
    confirm: (question) =>
      new Promise((resolve) => {
        const text = `${visible(question)} [y/N]`
        output.say(text)
        questions.push({ text, answer: resolve })
      }),
    ready(running) {
      daemon = running
      // Elsewhere the status line says so.
      if (output.bottom === null) output.say(output.colors.dim('  ? shows the keys'))
    },
    release() {
      if (isReleased) return
      isReleased = true
      foreground.stop()
      taken?.release()
      taken = null
      for (const { answer } of questions.splice(0)) answer(false)
      // On leaving, Node would put the terminal back, and a job in the background would be stopped for it.
      if (isInForeground()) return
      process.stdin.destroy()
      process.once('exit', letGoOfTerminal)
    },
  }
}

interface Asked {
  text: string
  answer: (isYes: boolean) => void
}

/** Enter and Esc take the safe answer. */
function isAnswer(key: string): boolean {
  return isYes(key) || ['n', 'N', '\r', '\n', '\u001B'].includes(key)
}

function isYes(key: string): boolean {
  return /^y$/i.test(key)
}

/** Without a daemon, only those keys act that do not need it. */
async function act(
  action: Exclude<Action, 'suspend'>,
  { output, ending, statusLine }: KeyParts,
  daemon: Daemon | null,
): Promise<void> {
  switch (action) {
    case 'open':
    case 'replay':
    case 'trigger':
    case 'pause':
      if (daemon === null) return output.say('fic-dev is not ready yet.')
      return actOn(daemon, action, { output, statusLine })
    case 'clear':
      return void (await output.write('\u001B[2J\u001B[3J\u001B[H'))
    case 'help':
      return output.say(keyHelp.map(([key, does]) => `  ${key}  ${does}`).join('\n'))
    case 'quit':
      return ending.ask(0)
    case 'interrupt':
      return ending.ask(130)
  }
}

async function actOn(
  daemon: Daemon,
  action: 'open' | 'replay' | 'trigger' | 'pause',
  { output, statusLine }: Pick<KeyParts, 'output' | 'statusLine'>,
): Promise<void> {
  switch (action) {
    case 'open':
      return openInBrowser(daemon.addresses().openUrl)
    case 'replay':
      if ((await daemon.replayLast()) === null) output.say('There is no notification to replay yet.')
      return
    case 'trigger':
      await daemon.trigger({ type: 'issued_documents.invoices.create' })
      return
    case 'pause':
      daemon.pause(!daemon.paused())
      statusLine.paused(daemon.paused())
      output.say(daemon.paused() ? 'Forwarding is paused; press p to resume.' : 'Forwarding is resumed.')
  }
}
