/** Reads the server that `ssh` is to go to: `user@host[:port][/remote port]`. */

export interface SshHost {
  /** `user@host` */
  destination: string
  /** Of the server's sshd; `null` leaves it to ssh and its configuration. */
  port: number | null
  /** On which the server is to listen for us. */
  remotePort: number | null
}

/** `null` when it is no such text. A name never begins with a hyphen: ssh would read an option. */
export function readSshHost(text: string): SshHost | null {
  const match =
    /^([\w.][\w.+-]*@(?:[a-z\d][a-z\d._-]*|\[[\da-f:.]+\]))(?::(\d{1,5}))?(?:\/(\d{1,5}))?$/i.exec(text)
  if (!match?.[1]) return null
  const [port, remotePort] = [toPort(match[2]), toPort(match[3])]
  if (port === undefined || remotePort === undefined) return null
  return { destination: match[1].replace(/[[\]]/g, ''), port, remotePort }
}

/** `undefined` for a number that no port has. */
function toPort(digits: string | undefined): number | null | undefined {
  if (digits === undefined) return null
  const port = Number(digits)
  return port >= 1 && port <= 65_535 ? port : undefined
}
