/** Asks for what a detail shows beside the notification itself: twins, resources, the preview of a replay. */

import type { ReplayRequest, ResourcesAnswer } from '../../src/contract/api.ts'
import type { ReplayPreview, TwinEntry } from '../../src/contract/detail.ts'
import { get, send } from './api.ts'

export async function fetchTwins(seq: number): Promise<TwinEntry[]> {
  const { items } = await get<{ items: TwinEntry[] }>(`/api/notifications/${seq}/twins`)
  return items
}

/** At most 20 of the ids, from the `offset`th. */
export function fetchResources(seq: number, offset: number): Promise<ResourcesAnswer> {
  return get(`/api/notifications/${seq}/resources?offset=${offset}`)
}

/** What a replay would send. Nothing is sent. */
export function fetchPreview(seq: number, request: ReplayRequest): Promise<ReplayPreview> {
  return send(`/api/notifications/${seq}/preview`, request)
}
