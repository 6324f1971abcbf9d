/** The emulator's clock and faults, for the page's laboratory. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type TSchema } from 'typebox'
import type { EmulatorClock } from '../../contract/emulator.ts'
import { faultNames, faultRules, type FaultRule, type Faults } from '../../contract/vocabulary.ts'
import { FicDevError } from '../../errors.ts'
import { choice, closed } from '../schemas.ts'

/** The emulator in this process or in another. */
export interface EmulatorControl {
  clock(): Promise<EmulatorClock>
  /** Moves the clock forward and waits for all that falls due on the way. */
  advance(ms: number): Promise<EmulatorClock>
  faults(): Promise<Faults>
  setFaults(changes: Partial<Faults>): Promise<Faults>
}

const yearMs = 366 * 24 * 60 * 60 * 1000
const ClockBody = closed({ advanceMs: Type.Integer({ minimum: 0, maximum: yearMs }) })

const FaultsBody = Type.Unsafe<Partial<Faults>>(
  closed(Object.fromEntries(faultNames.map((name) => [name, Type.Optional(faultSchema(faultRules[name]))]))),
)

/** What a fault takes. The emulator itself checks the members of an object. */
function faultSchema({ standard, most = 0, words }: FaultRule): TSchema {
  if (words) return choice(words.map(String))
  if (standard === null) return Type.Unsafe({ type: ['object', 'null'] })
  return typeof standard === 'boolean'
    ? Type.Boolean()
    : Type.Integer({ minimum: Number(standard), maximum: most })
}

/** `emulator` gives `null` while there is none. */
export function emulatorRoutes(parts: { emulator(): EmulatorControl | null }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/api/emulator/clock', { schema: { summary: "The emulator's clock" } }, async () =>
      control().clock(),
    )

    app.post(
      '/api/emulator/clock',
      { schema: { summary: "Move the emulator's clock", body: ClockBody } },
      async ({ body }) => control().advance(body.advanceMs),
    )

    app.get('/api/emulator/faults', { schema: { summary: "The emulator's faults" } }, async () =>
      control().faults(),
    )

    app.post(
      '/api/emulator/faults',
      { schema: { summary: 'Switch faults of the emulator on and off', body: FaultsBody } },
      async ({ body }) => control().setFaults(body),
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
