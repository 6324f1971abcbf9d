/** The one log of the process: JSON lines, a child per part, secrets taken out in one place. */

import { pino } from 'pino'

/** What a part needs of a log: a constant phrase, with the facts as fields. Any pino logger is one. */
export interface Logger {
  child(bindings: Record<string, unknown>): Logger
  debug(facts: object, phrase: string): void
  info(facts: object, phrase: string): void
  warn(facts: object, phrase: string): void
  error(facts: object, phrase: string): void
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Paths that never reach a log line, whatever a caller passes. */
const secretPaths = [
  'token',
  'accessToken',
  'authorization',
  'cookie',
  'headers.authorization',
  'headers.cookie',
]
const redacted = [...secretPaths, ...secretPaths.map((path) => `*.${path}`)]

/** `info` is what the developer did or waits for, `debug` is for us, `warn` goes on with a loss, `error` needs a person. */
export function createLog(level: LogLevel, destination: { write(line: string): void }): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted, censor: '[redacted]' },
    },
    destination,
  )
}

/** A log that goes nowhere, for library use and for tests. */
export function silentLog(): Logger {
  return pino({ level: 'silent' })
}
