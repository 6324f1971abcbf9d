/** An operator with an account and a user, as `nsc` makes them: what a server with a credentials file is set up with. */

import { createHash } from 'node:crypto'
import { nkeys } from '@nats-io/transport-node'

type KeyPair = ReturnType<typeof nkeys.createUser>

export interface Operator {
  /** Text of the server's configuration. */
  config: string
  /** Text of a `.creds` file. */
  creds: string
  /** What must not show up anywhere. */
  seed: string
}

export interface OperatorOptions {
  /** Whether the account may use JetStream. */
  jetStream?: boolean
}

export function makeOperator({ jetStream = true }: OperatorOptions = {}): Operator {
  const [operator, system, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ]
  const storage = jetStream ? { mem_storage: -1, disk_storage: -1 } : {}
  const limits = {
    subs: -1,
    conn: -1,
    leaf: -1,
    imports: -1,
    exports: -1,
    data: -1,
    payload: -1,
    wildcards: true,
  }
  const idOf = (pair: KeyPair) => pair.getPublicKey()
  const operatorJwt = sign(operator, operator, 'team', { type: 'operator', system_account: idOf(system) })
  const systemJwt = sign(operator, system, 'SYS', { type: 'account', limits })
  const accountJwt = sign(operator, account, 'FIC', { type: 'account', limits: { ...limits, ...storage } })
  const userJwt = sign(account, user, 'anna', { type: 'user', subs: -1, data: -1, payload: -1 })
  const seed = new TextDecoder().decode(user.getSeed())
  return {
    config: `operator: ${operatorJwt}
system_account: ${idOf(system)}
resolver: MEMORY
resolver_preload: { ${idOf(system)}: ${systemJwt}, ${idOf(account)}: ${accountJwt} }
`,
    creds: `-----BEGIN NATS USER JWT-----
${userJwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`,
    seed,
  }
}

/** A claim as NATS has it: a JWT whose algorithm is the ed25519 of nkeys. */
function sign(issuer: KeyPair, subject: KeyPair, name: string, nats: object): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iat,
    iss: issuer.getPublicKey(),
    name,
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  }
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex')
  const head = encode({ typ: 'JWT', alg: 'ed25519-nkey' })
  const signed = `${head}.${encode({ jti, ...claims })}`
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
