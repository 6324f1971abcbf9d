/** `/_emulator/*`: what Fatture in Cloud does not have. No token, loopback only. */

import type { FastifyInstance } from 'fastify'
import type { TriggerRequest } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import type { EmulatedDelivery } from './delivery.ts'
import type { FaultSwitch } from './faults.ts'
import { isOneOf, mappings, type Faults } from '../contract/vocabulary.ts'
import { toPublishedKey } from './signer.ts'

export interface Controls {
  publicKey: string
  faults: FaultSwitch
  now(): Date
  advance(ms: number): Promise<void>
  trigger(request: TriggerRequest): Promise<{ notificationIds: string[] }>
  deliveries(): EmulatedDelivery[]
  reset(): Promise<void>
}

export function addControlRoutes(app: FastifyInstance, controls: Controls): void {
  app.post('/_emulator/trigger', async (request) => controls.trigger(readTrigger(request.body)))

  app.get('/_emulator/clock', async () => ({ now: controls.now().toISOString() }))

  app.post('/_emulator/clock', async (request) => {
    const { advanceMs } = readObject(request.body)
    if (typeof advanceMs !== 'number') throw wrong('advanceMs', advanceMs, 'a number of milliseconds')
    await controls.advance(advanceMs)
    return { now: controls.now().toISOString() }
  })

  app.get('/_emulator/faults', async () => controls.faults.get())

  app.post('/_emulator/faults', async (request) => {
    controls.faults.set(readObject(request.body) as Partial<Faults>)
    return controls.faults.get()
  })

  app.post('/_emulator/reset', async () => {
    await controls.reset()
    return { now: controls.now().toISOString() }
  })

  app.get('/_emulator/deliveries', async () => ({ items: controls.deliveries() }))

  app.get('/_emulator/public-key', async (request, reply) => {
    const { format } = request.query as { format?: string }
    void reply.type('text/plain; charset=utf-8')
    return format === 'base64' ? toPublishedKey(controls.publicKey) : controls.publicKey
  })
}

function readTrigger(body: unknown): TriggerRequest {
  const { type, ids, company, mapping, count } = readObject(body)
  if (typeof type !== 'string') throw wrong('type', type, 'an event type')
  const request: TriggerRequest = { type }
  if (ids !== undefined) {
    if (!isIds(ids)) throw wrong('ids', ids, 'a list of numbers or strings')
    const large = ids.find((id) => typeof id === 'number' && Math.abs(id) > Number.MAX_SAFE_INTEGER)
    if (large !== undefined) throw wrong('an id', large, 'below 2^53; send its digits as a string')
    request.ids = ids
  }
  if (company !== undefined) request.company = readWhole('company', company)
  if (count !== undefined) request.count = readWhole('count', count)
  if (mapping !== undefined) {
    if (!isOneOf(mappings, mapping)) throw wrong('mapping', mapping, mappings.join(' or '))
    request.mapping = mapping
  }
  return request
}

function isIds(value: unknown): value is (number | string)[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'number' || typeof id === 'string')
}

function readWhole(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
  throw wrong(name, value, 'a whole number above 0')
}

function readObject(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>
  throw new FicDevError('BAD_REQUEST', 'The body is not a JSON object.')
}

function wrong(name: string, value: unknown, expected: string): FicDevError {
  return new FicDevError('BAD_REQUEST', `${name} is ${JSON.stringify(value) ?? 'missing'}, not ${expected}.`)
}
