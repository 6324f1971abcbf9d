/** Every mistake that a person can make or meet, by its stable code. docs/troubleshooting.md has a row for each. */

/** Code → exit code of the process. 1 failure, 2 usage or configuration, 3 token or permission, 4 tunnel, 5 subscription. */
const exitCodes = {
  CONFIG_FILE: 2,
  CONFIG_INVALID: 2,
  USAGE: 2,
  INTERNAL: 1,
  OUTPUT_FAILED: 1,
  PORT_TAKEN: 2,
  DATA_DIR_UNUSABLE: 1,
  DATA_DIR_LOCKED: 1,
  STORE_NEWER: 1,
  STORE_FAILED: 1,
  STORE_REMOVED: 1,
  PACKAGE_MISSING: 1,
  NO_DAEMON: 1,
  DAEMON_UNREACHABLE: 1,
  NOT_FOUND: 1,
  BAD_REQUEST: 1,
  UNAUTHORIZED: 1,
  FORBIDDEN: 1,
  IMPORT_INVALID: 1,
  IMPORT_LEFT_OUT: 1,
  REPLAY_TARGET: 1,
  REPLAY_UNSIGNABLE: 1,
  NO_EMULATOR: 1,
  TRIGGER_FAILED: 1,
  SHARE_CLIENT: 1,
  SHARE_CREDENTIALS: 3,
  SHARE_NAME: 1,
  TOKEN_MISSING: 3,
  TOKEN_REJECTED: 3,
  PERMISSION: 3,
  TUNNEL_FAILED: 4,
  TUNNEL_PROVIDER: 4,
  PROBE_FAILED: 4,
  SUBSCRIPTION_FAILED: 5,
  SUBSCRIPTION_BUDGET: 5,
  NOT_OURS: 5,
  FIC_API: 5,
} as const

export type ErrorCode = keyof typeof exitCodes

/** An error code as it is printed, and as it is in the API's errors. */
export type PrintedErrorCode = `FIC_DEV_E_${ErrorCode}`

/** The JSON form of an error, in the API, in the lines of `--json` and between processes. */
export interface ErrorJson {
  code: PrintedErrorCode
  message: string
  hint?: string
}

/** All codes as they are printed, for the test that compares them with docs/troubleshooting.md. */
export const printedErrorCodes = Object.keys(exitCodes).map((code) => `FIC_DEV_E_${code}`)

/** The code of a printed one, or `otherwise` for any other text. */
export function errorCodeOf(printed: string, otherwise: ErrorCode = 'INTERNAL'): ErrorCode {
  const code = printed.replace('FIC_DEV_E_', '')
  return Object.hasOwn(exitCodes, code) ? (code as ErrorCode) : otherwise
}

/** A mistake of the user or a failure outside of fic-dev: what failed, what to do, and a stable code. */
export class FicDevError extends Error {
  override readonly name = 'FicDevError'
  readonly code: PrintedErrorCode
  readonly exitCode: number
  readonly hint: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = `FIC_DEV_E_${code}`
    this.exitCode = exitCodes[code]
    this.hint = options.hint
  }

  toJSON(): ErrorJson {
    const { code, message, hint } = this
    return { code, message, ...(hint && { hint }) }
  }
}

/** The JSON form of anything that was thrown. An error that is not a FicDevError is a bug, and has the code INTERNAL. */
export function toErrorJson(thrown: unknown): ErrorJson {
  return (thrown instanceof FicDevError ? thrown : new FicDevError('INTERNAL', messageOf(thrown))).toJSON()
}

/** A package with a binary that was not installed for this platform, or not at all. `what` is a noun phrase. */
export function toPackageMissing(what: string, cause: unknown): FicDevError {
  const reason = messageOf(cause).split('\n', 1)[0]?.replace(/\.$/, '')
  const here = `${process.platform}-${process.arch}`
  return new FicDevError(
    'PACKAGE_MISSING',
    `${what} cannot be loaded on this platform (${here}): ${reason}.`,
    {
      hint: 'node_modules was probably installed on another platform, or without optional dependencies. On this machine: rm -rf node_modules && npm install, or npx fic-dev@latest.',
      cause,
    },
  )
}

/** Whether it is a FicDevError of this code. */
export function hasCode(thrown: unknown, code: ErrorCode): thrown is FicDevError {
  return thrown instanceof FicDevError && thrown.code === `FIC_DEV_E_${code}`
}

/** The `code` of an error of Node or of SQLite: `ENOENT`, `SQLITE_BUSY`; empty if it has none. */
export function systemCodeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}

/** The message of anything that was thrown. An AggregateError (as Node gives for a host with two addresses) tells its parts. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    return thrown.errors.map(messageOf).join('; ')
  }
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
}
