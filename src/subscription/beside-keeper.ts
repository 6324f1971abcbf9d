/** What a person does with subscriptions by hand while a keeper runs: never at the same time, and never against it. */

import type { SubscriptionEntry } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import type { SubscriptionsByHand } from './by-hand.ts'
import { demandConsent } from './consent.ts'
import type { SubscriptionKeeper } from './keeper.ts'

export function besideKeeper(
  byHand: SubscriptionsByHand,
  keeper: SubscriptionKeeper,
  { takeOver }: { takeOver: string | null },
): SubscriptionsByHand {
  const mark = (entry: SubscriptionEntry): SubscriptionEntry => ({ ...entry, kept: isKept(entry.id) })
  const isKept = (id: string) => id === keeper.status().id
  const show = async (id: string) => mark(await byHand.show(id))

  /** As the keeper has it after it did what was wanted. */
  async function keptAnswer() {
    const { id, warnings } = keeper.status()
    if (id === null)
      throw new FicDevError(
        'SUBSCRIPTION_FAILED',
        'The running fic-dev manages no subscription. Create one: fic-dev subscriptions create',
      )
    return { subscription: await show(id), warnings }
  }

  return {
    list: async () => (await byHand.list()).map(mark),
    show,
    async create(asked) {
      if (asked.sink !== undefined) return keeper.between(() => byHand.create(asked))
      const { sink: _, ...wanted } = asked
      await keeper.want(wanted)
      return keptAnswer()
    },
    async update(id, asked) {
      if (!isKept(id)) return keeper.between(() => byHand.update(id, asked))
      const { sink, anothers, ...wanted } = asked
      if (sink !== undefined) throw sinkIsOurs(id)
      const entry = await byHand.show(id)
      if (entry.origin === 'taken-over') throw staysAsItIs(id)
      demandConsent('update', entry, anothers ?? false)
      await keeper.want(wanted)
      return keptAnswer()
    },
    async verify(id, asked) {
      if (!isKept(id)) return keeper.between(() => byHand.verify(id, asked))
      await keeper.verify()
      return show(id)
    },
    // The keeper rests before its next round can begin, or that would make again what was just deleted.
    remove: (id, asked) =>
      keeper.between(async () => {
        const wasKept = isKept(id)
        await byHand.remove(id, asked)
        if (wasKept) keeper.rest(`${id} was deleted by hand.`)
      }),
    restore: () =>
      keeper.between(async () => {
        const restored = await byHand.restore()
        const wasKept = restored.find(({ id }) => isKept(id) || id === takeOver)
        if (wasKept) keeper.rest(`${wasKept.id} was given back by hand.`)
        return restored
      }),
  }
}

function sinkIsOurs(id: string): FicDevError {
  return new FicDevError(
    'BAD_REQUEST',
    `The sink of ${id} cannot be changed: the running fic-dev manages ${id} and sets its sink to the tunnel URL.`,
    {
      hint: 'Stop fic-dev with fic-dev stop, then run fic-dev subscriptions update again.',
    },
  )
}

function staysAsItIs(id: string): FicDevError {
  return new FicDevError(
    'BAD_REQUEST',
    `${id} is taken over and has to be restored unchanged, so it cannot be updated.`,
    {
      hint: 'Restore it first: fic-dev subscriptions restore',
    },
  )
}
