/** What a person does with subscriptions by hand while a keeper runs: never at the same time, and never against it. */

import type { SubscriptionEntry } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import type { SubscriptionsByHand } from '../subscription/by-hand.ts'
import { demandConsent } from '../subscription/consent.ts'
import type { SubscriptionKeeper } from '../subscription/keeper.ts'

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
    if (id === null) throw new FicDevError('SUBSCRIPTION_FAILED', 'There is no subscription that is kept.')
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
      demandConsent('update', await byHand.show(id), anothers ?? false)
      await keeper.want(wanted)
      return keptAnswer()
    },
    async verify(id, asked) {
      if (!isKept(id)) return keeper.between(() => byHand.verify(id, asked))
      await keeper.verify()
      return show(id)
    },
    async remove(id, asked) {
      const wasKept = isKept(id)
      await keeper.between(() => byHand.remove(id, asked))
      if (wasKept) keeper.rest(`${id} was deleted by hand.`)
    },
    async restore() {
      const restored = await keeper.between(() => byHand.restore())
      const wasKept = restored.find(({ id }) => isKept(id) || id === takeOver)
      if (wasKept) keeper.rest(`${wasKept.id} was given back by hand.`)
      return restored
    },
  }
}

function sinkIsOurs(id: string): FicDevError {
  return new FicDevError(
    'BAD_REQUEST',
    `${id} is kept by the running fic-dev, and its sink is the tunnel's.`,
    {
      hint: 'Stop fic-dev first; then fic-dev subscriptions update moves it.',
    },
  )
}
