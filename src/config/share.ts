/** Reads the address of the NATS server that notifications are shared by. */

import { readNatsAddress } from '../share/address.ts'
import { isNot, type Kind, type Reading } from './kinds.ts'

const wanted = 'the address of a NATS server'

/** An address with a password in it is not repeated, as messages are kept in logs. */
export const shareKind: Kind<string> = {
  fromText: (texts) => read(texts.at(-1) ?? ''),
  fromFile: (value) => (typeof value === 'string' ? read(value) : isNot(value, wanted)),
}

function read(text: string): Reading<string> {
  const address = readNatsAddress(text.trim())
  if ('url' in address) return { value: address.url }
  if (address.wrong === 'form') return isNot(text, wanted)
  const says =
    'has credentials in the address. They belong in FIC_DEV_SHARE_USER and FIC_DEV_SHARE_PASSWORD, in FIC_DEV_SHARE_TOKEN, or in a file named by --share-creds.'
  return { wrong: [{ path: '', says }] }
}
