import { expect, test } from 'vitest'
import { authorizationFor, findProxy } from '../../src/http/proxy.ts'

const proxy = 'http://proxy.corp:8080'

test.each<[what: string, url: string, variables: Record<string, string>, found: string | null]>([
  ['https uses HTTPS_PROXY', 'https://a.example/', { HTTPS_PROXY: proxy }, 'proxy.corp:8080'],
  ['lower case counts, too', 'https://a.example/', { https_proxy: proxy }, 'proxy.corp:8080'],
  [
    'lower case comes first',
    'https://a.example/',
    { https_proxy: proxy, HTTPS_PROXY: 'http://b:1' },
    'proxy.corp:8080',
  ],
  ['an empty one is none', 'https://a.example/', { https_proxy: '', HTTPS_PROXY: proxy }, 'proxy.corp:8080'],
  ['https ignores HTTP_PROXY', 'https://a.example/', { HTTP_PROXY: proxy }, null],
  ['http uses HTTP_PROXY', 'http://a.example/', { HTTP_PROXY: proxy }, 'proxy.corp:8080'],
  ['http ignores HTTPS_PROXY', 'http://a.example/', { HTTPS_PROXY: proxy }, null],
  ['ALL_PROXY is for both', 'https://a.example/', { ALL_PROXY: proxy }, 'proxy.corp:8080'],
  [
    'a special one wins over ALL_PROXY',
    'http://a.example/',
    { ALL_PROXY: 'http://b:1', http_proxy: proxy },
    'proxy.corp:8080',
  ],
  ['no scheme means http', 'https://a.example/', { HTTPS_PROXY: 'proxy.corp:8080' }, 'proxy.corp:8080'],
  ['SOCKS is not supported', 'https://a.example/', { ALL_PROXY: 'socks5://127.0.0.1:1080' }, null],
  ['what is no URL is ignored', 'https://a.example/', { ALL_PROXY: 'http://' }, null],
  ['a name without a dot is one of this network', 'http://web:3000/', { HTTP_PROXY: proxy }, null],
])('%s', (_what, url, variables, found) => {
  expect(findProxy(new URL(url), variables)?.host ?? null).toBe(found)
})

test.each([
  'http://localhost:3000/',
  'http://app.localhost/',
  'http://127.0.0.1/',
  'https://127.9.9.9:1/',
  'http://[::1]:80/',
  'http://0.0.0.0:3000/',
  'http://[::ffff:127.0.0.1]/',
])('%s never goes through a proxy', (url) => {
  const variables = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, NO_PROXY: '' }
  expect(findProxy(new URL(url), variables)).toBeNull()
})

test.each<[list: string, url: string, isDirect: boolean]>([
  ['*', 'https://a.example/', true],
  ['a.example', 'https://a.example/', true],
  ['A.Example', 'https://a.example/', true],
  ['a.example', 'https://sub.a.example/', true],
  ['.a.example', 'https://sub.a.example/', true],
  ['*.a.example', 'https://sub.a.example/', true],
  ['a.example', 'https://ba.example/', false],
  ['b.example, a.example', 'https://a.example/', true],
  ['b.example a.example', 'https://a.example/', true],
  ['a.example:443', 'https://a.example/', true],
  ['a.example:8443', 'https://a.example/', false],
  ['a.example:8443', 'https://a.example:8443/', true],
  ['10.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8', 'http://11.1.2.3/', false],
  ['192.168.1.5', 'http://192.168.1.5:3000/', true],
  ['fd00::/8', 'http://[fd12::1]/', true],
  ['[fd12::1]:3000', 'http://[fd12::1]:3000/', true],
  ['fd12::1', 'http://[fd12::1]:3000/', true],
  ['10.0.0.0/99', 'http://10.1.2.3/', false],
  [',, ,', 'https://a.example/', false],
])('NO_PROXY=%s: %s', (list, url, isDirect) => {
  expect(findProxy(new URL(url), { ALL_PROXY: proxy, no_proxy: list }) === null).toBe(isDirect)
})

test('credentials of the proxy URL are decoded and sent', () => {
  const [name, value = ''] = authorizationFor(new URL('http://me%40corp:p%3Ass@proxy.corp'))
  expect(name).toBe('Proxy-Authorization')
  expect(Buffer.from(value.replace('Basic ', ''), 'base64').toString()).toBe('me@corp:p:ss')
  expect(authorizationFor(new URL(proxy))).toEqual([])
})
