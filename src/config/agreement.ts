/** Decides what settings mean together: some follow from others, some cannot stand side by side. Pure. */

import { isLoopback } from '../http/loopback.ts'
import { findEventType, findGroupType } from '../fic/event-types.ts'
import type { Choice } from './choice.ts'
import type { ForwardRule } from '../contract/api.ts'
import type { Config, PortChoice } from './config.ts'
import { show } from './kinds.ts'
import { knownTypeNames } from './settings.ts'
import { didYouMean } from './spelling.ts'

export type Choices = { [Key in keyof Config]: Choice<Config[Key]> }

/** The choices with what follows from them, and what is wrong between them, in sentences. */
export function agree(choices: Choices): { choices: Choices; problems: string[] } {
  const { tunnel, publicUrl } = agreeOnTunnel(choices)
  return {
    choices: { ...choices, tunnel, publicUrl },
    problems: [...tunnelProblems({ ...choices, tunnel, publicUrl }, choices), ...portProblems(choices)],
  }
}

/** A public URL stands for the tunnel, unless a stronger place names a provider; with ssh it is where that one leads. */
function agreeOnTunnel({ tunnel, publicUrl, emulator }: Choices): Pick<Choices, 'tunnel' | 'publicUrl'> {
  const namesAnother = tunnel.strength > 0 && !tunnel.value.some(goesWithPublicUrl)
  if (publicUrl.value !== null && namesAnother && tunnel.strength > publicUrl.strength) {
    return { tunnel, publicUrl: { ...publicUrl, value: null, source: tunnel.source } }
  }
  if (publicUrl.value !== null && !tunnel.value.includes('ssh')) {
    return { tunnel: { ...publicUrl, value: ['public-url'] }, publicUrl }
  }
  if (tunnel.strength === 0 && emulator.value) {
    return { tunnel: { ...emulator, value: ['none'], strength: 0, source: 'default' }, publicUrl }
  }
  return { tunnel, publicUrl }
}

function goesWithPublicUrl(provider: string): boolean {
  return provider === 'public-url' || provider === 'ssh'
}

function tunnelProblems(agreed: Choices, said: Choices): string[] {
  const { publicUrl, tunnel } = agreed
  if (publicUrl.value === null) {
    return tunnel.value.includes('public-url')
      ? [
          `${tunnel.name} names "public-url", but there is no public URL. Example: --public-url https://hooks.example.com`,
        ]
      : []
  }
  const bothNamed = said.tunnel.strength === publicUrl.strength && !said.tunnel.value.some(goesWithPublicUrl)
  return [
    ...(bothNamed
      ? [
          `${publicUrl.name} and ${said.tunnel.name} are both set: the sink is reached by one of them. Leave one out.`,
        ]
      : []),
    ...(isFicReachable(publicUrl.value)
      ? []
      : [
          `${publicUrl.name} is ${show(publicUrl.value)}, but Fatture in Cloud sends to https only. Example: https://hooks.example.com`,
        ]),
  ]
}

/** Plain HTTP is refused (docs/protocol.md#1-subscriptions); on loopback it serves for trying things out with the emulator. */
export function isFicReachable(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname)
}

function portProblems({ port, sinkPort, emulatorPort }: Choices): string[] {
  const named: Choice<PortChoice>[] = [port, sinkPort, emulatorPort].filter(
    ({ value }) => value.named && value.port > 0,
  )
  return named.flatMap((one, index) =>
    named
      .slice(index + 1)
      .filter((other) => other.value.port === one.value.port)
      .map(
        (other) =>
          `${one.name} and ${other.name} are both ${one.value.port}. Each server needs a port of its own.`,
      ),
  )
}

/** What is not wrong but perhaps not meant, in sentences. */
export function noteOdd({ types, forwardTo, headers }: Choices): string[] {
  return [
    ...noteReplaced(headers.name, headers.value),
    ...noteUnknownTypes(types.name, types.value),
    ...noteForwarding(forwardTo.name, forwardTo.value),
  ]
}

/** What is odd about targets. `name` is where they are named. */
export function noteForwarding(name: string, rules: readonly ForwardRule[]): string[] {
  return [
    ...rules.flatMap((rule) => noteReplaced(`${name} (${rule.url})`, rule.headers)),
    ...rules.flatMap((rule) => noteUnknownTypes(name, rule.types)),
    ...noteShadowed(name, rules),
  ]
}

/** An unknown type is requested anyway: Fatture in Cloud may have added it (docs/protocol.md#6-event-types-and-scopes). */
function noteUnknownTypes(name: string, types: readonly string[]): string[] {
  return explainUnknownTypes(types).map((sentence) => `${name}: ${sentence}`)
}

/** A sentence about each type that isn't known, with what was probably meant. */
export function explainUnknownTypes(types: readonly string[]): string[] {
  return types
    .filter((type) => !type.endsWith('*') && !findEventType(type) && !findGroupType(type))
    .map((type) => `"${type}" is not an event type that fic-dev knows.${meantType(type)}`)
}

/** The first part of a name is what people leave out most. */
function meantType(type: string): string {
  const longer = knownTypeNames.find((known) => known.endsWith(`.${type}`))
  return longer === undefined ? didYouMean(type, knownTypeNames) : ` Did you mean "${longer}"?`
}

/** Names are in lower case here. */
function noteReplaced(place: string, headers: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(headers)
  const others = names.filter((name) => /^(?:ce-.+|content-type|x-fic-verification-challenge)$/.test(name))
  return [
    ...(names.includes('authorization')
      ? [
          `${place}: "authorization" replaces the token in which Fatture in Cloud signs, so its signature will not reach your app. Leave it out if your app checks the signature.`,
        ]
      : []),
    ...others.map((name) => `${place}: "${name}" replaces what Fatture in Cloud sends in this header.`),
  ]
}

function noteShadowed(name: string, rules: readonly ForwardRule[]): string[] {
  const first = rules.findIndex((rule) => rule.types.length === 0)
  const after = first === -1 ? [] : rules.slice(first + 1)
  return after.map(
    (rule) =>
      `${name}: ${rule.url} gets nothing, because ${rules[first]?.url} stands before it and takes every type.`,
  )
}
