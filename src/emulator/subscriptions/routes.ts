/** `/c/{company}/subscriptions`: the subscription calls (docs/protocol.md#1-subscriptions). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readCreateRequest, readModifyRequest, readVerifyRequest } from './request.ts'
import { toSubscriptionView } from './subscription.ts'
import type { Changed, Subscriptions } from './subscriptions.ts'
import { readGrant, type Grant } from '../tokens.ts'

const collection = '/c/:company/subscriptions'
const member = `${collection}/:id`

export function addSubscriptionRoutes(api: FastifyInstance, subscriptions: Subscriptions): void {
  api.get(collection, async (request) => {
    const { grant, company } = readAddress(request)
    return { data: subscriptions.list(grant, company).map(toSubscriptionView) }
  })

  api.post(collection, async (request, reply) => {
    const { grant, company } = readAddress(request)
    const wanted = readCreateRequest(request.body)
    return toAnswer(subscriptions.create(grant, company, wanted, answered(reply)))
  })

  api.get(member, async (request) => {
    const { grant, company, id } = readAddress(request)
    return { data: toSubscriptionView(subscriptions.get(grant, company, id)) }
  })

  api.put(member, async (request, reply) => {
    const { grant, company, id } = readAddress(request)
    const wanted = readModifyRequest(request.body)
    return toAnswer(subscriptions.modify(grant, company, id, wanted, answered(reply)))
  })

  api.delete(member, async (request, reply) => {
    const { grant, company, id } = readAddress(request)
    subscriptions.remove(grant, company, id)
    return reply.send()
  })

  api.post(`${member}/verify`, async (request, reply) => {
    const { grant, company, id } = readAddress(request)
    const { verificationMethod } = readVerifyRequest(request.body)
    subscriptions.verify(grant, company, id, verificationMethod, answered(reply))
    return reply.send()
  })
}

interface Address {
  grant: Grant
  company: number
  /** Empty where the path has none. */
  id: string
}

function readAddress(request: FastifyRequest): Address {
  const { company, id = '' } = request.params as { company: string; id?: string }
  return { grant: readGrant(request.headers.authorization), company: Number(company), id }
}

function toAnswer({ subscription, warnings }: Changed): unknown {
  const data = toSubscriptionView(subscription)
  return warnings.length === 0 ? { data } : { data, warnings }
}

/** Resolves when the caller has its answer, or has gone away. */
function answered(reply: FastifyReply): Promise<void> {
  return new Promise((resolve) => reply.raw.once('close', () => resolve()))
}
