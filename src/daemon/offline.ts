/** The private API over the store, without a daemon: the command line asks it in process, and nothing listens. */

import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Config } from '../config/config.ts'
import { silentLog, type Logger } from '../log.ts'
import { readSecretsOf } from '../store/secrets.ts'
import { createProbe } from '../tunnel/probe.ts'
import { randomSubdomain } from '../tunnel/subdomain.ts'
import { Live } from './live.ts'
import { openProjectStore } from './open-store.ts'
import { buildRooms } from './rooms.ts'

export interface Offline {
  /** Answers as the running daemon would. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>
  close(): Promise<void>
}

/**
 * Holds the store's lock until `close`.
 * @throws FicDevError DATA_DIR_LOCKED when a daemon runs after all
 */
export async function openOffline(config: Config, log: Logger = silentLog()): Promise<Offline> {
  const store = openProjectStore({ dataDir: config.dataDir, keep: config.keep, log })
  const project = await readSecretsOf(config.dataDir, randomSubdomain)
  const live = new Live(new Date(), `/${project.sinkSecret}`, config.publicKey)
  live.inspectorPort = config.port.port
  const { inspector, deliverer } = await buildRooms({
    config,
    project,
    store,
    probe: createProbe(Buffer.from(project.probeKey, 'hex')),
    live,
    // Nothing arrives here.
    verify: async () => ({ outcome: 'missing', claims: [], problems: [] }),
    publish: () => {},
    log,
    now: () => new Date(),
  })
  return {
    inject: (request) =>
      inspector.app.inject({
        ...request,
        headers: {
          ...request.headers,
          host: `127.0.0.1:${config.port.port}`,
          authorization: `Bearer ${project.sessionToken}`,
        },
      }),
    async close() {
      await inspector.app.close()
      await deliverer.close()
      store.close()
    },
  }
}
