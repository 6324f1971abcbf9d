/** The emulator's clock and faults, for the page's laboratory. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { EmulatorClock, EmulatorFaults } from '../../contract/emulator.ts'
import { FicDevError } from '../../errors.ts'

/** The emulator in this process or in another. */
export interface EmulatorControl {
  clock(): Promise<EmulatorClock>
  /** Moves the clock forward and waits for all that falls due on the way. */
  advance(ms: number): Promise<EmulatorClock>
  faults(): Promise<EmulatorFaults>
  setFaults(changes: Partial<EmulatorFaults>): Promise<EmulatorFaults>
}

const yearMs = 366 * 24 * 60 * 60 * 1000
const count = (maximum: number) => Type.Optional(Type.Integer({ minimum: 0, maximum }))

const ClockBody = Type.Object(
  { advanceMs: Type.Integer({ minimum: 0, maximum: yearMs }) },
  { additionalProperties: false },
)

const FaultsBody = Type.Object(
  {
    twins: Type.Optional(Type.Boolean()),
    wrongOrder: Type.Optional(Type.Boolean()),
    lateWelcomeMs: count(yearMs),
    manyIds: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    slowMs: count(yearMs),
    changedKey: Type.Optional(Type.Boolean()),
    lost: count(10_000),
  },
  { additionalProperties: false },
)

/** `emulator` gives `null` while there is none. */
export function emulatorRoutes(parts: { emulator(): EmulatorControl | null }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/api/emulator/clock', async () => control().clock())

    app.post('/api/emulator/clock', { schema: { body: ClockBody } }, async ({ body }) =>
      control().advance(body.advanceMs),
    )

    app.get('/api/emulator/faults', async () => control().faults())

    app.post('/api/emulator/faults', { schema: { body: FaultsBody } }, async ({ body }) =>
      control().setFaults(body),
    )
  }

  function control(): EmulatorControl {
    const emulator = parts.emulator()
    if (emulator) return emulator
    throw new FicDevError('NO_EMULATOR', 'There is no emulator, so it has no clock and no faults.', {
      hint: 'Start with --emulator.',
    })
  }
}
