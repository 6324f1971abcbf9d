/** Has the doctor look at everything, and reads what it finds while it looks. */

import type { DoctorMessage } from '../../src/contract/doctor.ts'
import { openStream, post } from './api.ts'

/** Gives each message as it comes; ends with `done` or `broken`, or throws a `RequestFailure`. */
export async function* askDoctor(signal: AbortSignal): AsyncGenerator<DoctorMessage> {
  const reader = await openStream('/api/doctor', { ...post({}), signal })
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as DoctorMessage
  }
}
