/** Reads the bodies of create, modify and verify, and refuses them as the API does (docs/protocol.md#1-subscriptions). */

import { isLoopback } from '../../http/loopback.ts'
import { isOneOf, mappings, verificationMethods } from '../../contract/vocabulary.ts'
import type { Mapping, VerificationMethod } from '../../contract/vocabulary.ts'
import { invalidRequest } from '../api-failure.ts'

export interface SubscriptionRequest {
  sink?: string
  types?: string[]
  mapping?: Mapping
  verificationMethod?: VerificationMethod
}

export type NewSubscription = SubscriptionRequest & { sink: string; types: string[] }

type Problems = Record<string, string[]>

export function readCreateRequest(body: unknown): NewSubscription {
  const data = readData(body)
  if (data === undefined) throw invalidRequest({ data: [required('data')] })
  const problems: Problems = {}
  const request = readMembers(data, problems)
  if (data['sink'] === undefined) problems['data.sink'] = [required('data.sink')]
  if (data['types'] === undefined) problems['data.types'] = [required('data.types')]
  if (Object.keys(problems).length > 0) throw invalidRequest(problems)
  return request as NewSubscription
}

export function readModifyRequest(body: unknown): SubscriptionRequest {
  const data = readData(body)
  if (data === undefined) throw invalidRequest({ data: [required('data')] })
  return readChecked(data)
}

/** The body of `verify` may be missing altogether. */
export function readVerifyRequest(body: unknown): SubscriptionRequest {
  return readChecked(readData(body) ?? {})
}

function readChecked(data: Record<string, unknown>): SubscriptionRequest {
  const problems: Problems = {}
  const request = readMembers(data, problems)
  if (Object.keys(problems).length > 0) throw invalidRequest(problems)
  return request
}

function readData(body: unknown): Record<string, unknown> | undefined {
  return asObject(asObject(body)?.['data'])
}

function readMembers(data: Record<string, unknown>, problems: Problems): SubscriptionRequest {
  const request: SubscriptionRequest = {}
  const { sink, types, verification_method: method } = data
  // Clients send null for what they do not mean; the API treats it as left out.
  const mapping = asObject(data['config'])?.['mapping']
  if (sink !== undefined && sink !== null) {
    if (isSink(sink)) request.sink = sink
    else problems['data.sink'] = ['The data.sink must be a valid HTTPS URL.']
  }
  if (types !== undefined && types !== null) {
    if (isTypeList(types)) request.types = types
    else problems['data.types'] = ['The data.types must be a list of one or more event types.']
  }
  if (mapping !== undefined && mapping !== null) {
    if (isOneOf(mappings, mapping)) request.mapping = mapping
    else problems['data.config.mapping'] = ['The selected data.config.mapping is invalid.']
  }
  if (method !== undefined && method !== null) {
    if (isOneOf(verificationMethods, method)) request.verificationMethod = method
    else problems['data.verification_method'] = ['The selected data.verification_method is invalid.']
  }
  return request
}

function isTypeList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((type) => typeof type === 'string')
}

/** HTTPS, as Fatture in Cloud asks; and plain HTTP to this machine, which is what an emulator is for. */
function isSink(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  if (protocol === 'https:') return true
  return protocol === 'http:' && isLoopback(hostname)
}

function required(field: string): string {
  return `The ${field} field is required.`
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
