/** The one log of the process: JSON lines, a child per part, secrets taken out in one place. */

import { pino } from 'pino'

/** A log: each entry has a constant phrase, with the facts as fields. Any pino logger is one. */
export interface Logger {
  /** Returns a log that adds these fields to each entry. */
  child(bindings: Record<string, unknown>): Logger
  /** Writes an entry for the developers of fic-dev. */
  debug(facts: object, phrase: string): void
  /** Writes an entry about a normal event. */
  info(facts: object, phrase: string): void
  /** Writes an entry about a degraded state that continues. */
  warn(facts: object, phrase: string): void
  /** Writes an entry about an error that needs a person. */
  error(facts: object, phrase: string): void
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
/** The levels of the log, from the most detailed to none. */
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
