import { describe, expect, test } from 'vitest'

import { findProvider } from '../../src/tunnel/providers.ts'
import { isSubdomain } from '../../src/tunnel/providers/subdomain.ts'
import { randomSubdomain } from '../../src/store/secrets.ts'

const opening = {
  port: 4621,
  desired: null,
  signal: new AbortController().signal,
  timeoutMs: 1_000,
  onHint: () => {},
}

describe('a provider', () => {
  test('that nobody has is refused with the names that there are', () => {
    expect(() => findProvider('lokaltunnel')).toThrow(
      expect.objectContaining({
        code: 'FIC_DEV_E_TUNNEL_PROVIDER',
        message: 'There is no tunnel provider "lokaltunnel".',
        hint: expect.stringContaining(
          'localtunnel, cloudflared, ngrok, tailscale, ssh, forwarded-port, none',
        ),
      }),
    )
    expect(() => findProvider('constructor')).toThrow('There is no tunnel provider "constructor".')
  })

  test('none leads to the sink on loopback', async () => {
    const provider = findProvider('none')
    const { url } = await provider.start(opening)
    expect({ name: provider.name, stability: provider.urlStability, url }).toEqual({
      name: 'none',
      stability: 'fixed',
      url: 'http://127.0.0.1:4621',
    })
  })

  test('is not needed for an address of the user', async () => {
    const provider = findProvider('localtunnel', { publicUrl: 'https://hooks.example.com/fic/' })
    const { url } = await provider.start(opening)
    expect({ name: provider.name, url }).toEqual({ name: 'public-url', url: 'https://hooks.example.com/fic' })
  })

  test.each([
    'hooks.example.com',
    'ftp://example.com',
    'https://example.com/?a=1',
    'https://me:pw@example.com',
  ])('refuses %s as an address', (address) => {
    const refused = expect.objectContaining({ code: 'FIC_DEV_E_CONFIG_INVALID' })
    expect(() => findProvider('none', { publicUrl: address })).toThrow(refused)
    expect(() => findProvider('localtunnel', { host: address })).toThrow(refused)
  })

  test('localtunnel refuses at once a name for which its server would never answer', async () => {
    const provider = findProvider('localtunnel', { host: 'http://127.0.0.1:9' })
    await expect(provider.start({ ...opening, desired: 'My_Fic' })).rejects.toMatchObject({
      code: 'FIC_DEV_E_CONFIG_INVALID',
      message: 'The subdomain "My_Fic" is not possible with localtunnel.',
    })
  })
})

describe('a subdomain', () => {
  test.each(['ficd', 'my-shop', 'a'.repeat(63), '0123', 'a-0-b-c'])('may be %s', (name) => {
    expect(isSubdomain(name)).toBe(true)
  })

  test.each(['abc', 'My_Fic', 'UPPER', '-shop-x', 'shop-x-', 'a-bc', 'a.bcd', 'a'.repeat(64), '', 'città'])(
    'may not be "%s"',
    (name) => {
      expect(isSubdomain(name)).toBe(false)
    },
  )

  test('made by chance can be read, is valid and is not made twice', () => {
    const names = new Set(Array.from({ length: 1_000 }, randomSubdomain))
    expect(names.size).toBe(1_000)
    for (const name of names) expect(name).toMatch(/^ficdev-[a-km-np-z2-9]{10}$/)
    expect([...names].every(isSubdomain)).toBe(true)
  })
})
