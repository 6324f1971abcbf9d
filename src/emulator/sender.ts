/** Sends one message to a sink and reads the answer. Follows no redirects, as Fatture in Cloud does not. */

import http from 'node:http'
import https from 'node:https'
import { messageOf } from '../errors.ts'
import type { Message } from './messages.ts'

export interface Answer {
  /** `null` when there was no answer in time. */
  status: number | null
  /** The first 64 KiB, as text. */
  body: string
  /** Why there is no status, in words. */
  error: string | null
}

const longestBodyBytes = 64 * 1024

/** Never rejects: a failure is an answer without status. An aborted signal ends it at once. */
export function send(message: Message, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const { request: open } = message.url.startsWith('https:') ? https : http
    // A target that means 102 as its answer sends nothing after it (protocol section 4 counts it as delivered).
    let sawProcessing = false
    const finish = (answer: Answer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const fail = (error: string): void =>
      finish(sawProcessing ? { status: 102, body: '', error: null } : { status: null, body: '', error })
    const request = open(message.url, {
      method: message.method,
      headers: message.headers,
      agent: false,
      signal,
    })
    const timer = setTimeout(() => {
      fail(`no answer within ${timeoutMs} ms`)
      request.destroy()
    }, timeoutMs)
    request.on('information', ({ statusCode }) => (sawProcessing ||= statusCode === 102))
    request.on('error', (error) => fail(messageOf(error)))
    request.on('response', (response) => readAnswer(response, finish, fail))
    request.end(message.body)
  })
}

function readAnswer(
  response: http.IncomingMessage,
  finish: (answer: Answer) => void,
  fail: (error: string) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  const finishWithBody = (): void => {
    const body = Buffer.concat(chunks).subarray(0, longestBodyBytes).toString('utf8')
    finish({ status: response.statusCode ?? null, body, error: null })
  }
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < longestBodyBytes) return
    finishWithBody()
    response.destroy()
  })
  response.on('end', finishWithBody)
  response.on('error', (error) => fail(messageOf(error)))
}
