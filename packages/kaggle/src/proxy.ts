import type { Environment } from '@pixelrow/files'
import { KaggleError } from './errors.ts'
import type { Fetch } from './types.ts'

/** Node's `fetch`, through the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name; undici is loaded only where there is one. */
export function environmentFetch(env: Environment): Fetch {
  const https = proxyOf('HTTPS_PROXY', env)
  const http = proxyOf('HTTP_PROXY', env)
  if (!https && !http) return globalThis.fetch
  const noProxy = variable('NO_PROXY', env)
  let loaded: Promise<Fetch> | undefined
  return async (url, init) => {
    // As curl and Python have it: each variable is for addresses of its kind. undici would take HTTP_PROXY for both.
    if (!(url.startsWith('https:') ? https : http)) return globalThis.fetch(url, init)
    loaded ??= proxied({ httpsProxy: https, httpProxy: http, noProxy })
    return (await loaded)(url, init)
  }
}

/** Node's own `fetch` takes no dispatcher of another undici in all its versions, so this one comes with its own. */
async function proxied(options: { httpsProxy: string; httpProxy: string; noProxy: string }): Promise<Fetch> {
  const { EnvHttpProxyAgent, fetch } = await import('undici')
  // What is not encrypted anyway is passed on, as curl and Python have it: many proxies tunnel to port 443 alone.
  const dispatcher = new EnvHttpProxyAgent({ ...options, proxyTunnel: false })
  return (url, init) => fetch(url, { ...(init as object), dispatcher }) as unknown as Promise<Response>
}

/** As curl and most others have it, the name in lower case comes first. */
const variable = (name: string, env: Environment) => env[name.toLowerCase()] || env[name] || ''

/** A proxy's address; like curl, without a scheme it is http's. The value itself is in no error: it may hold a password. */
function proxyOf(name: string, env: Environment): string {
  const value = variable(name, env).trim()
  if (!value) return ''
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`
  if (/^https?:$/.test(protocolOf(address))) return address
  throw new KaggleError(
    `${name}: expected the address of an HTTP proxy such as http://host:3128, found something else.`,
    { code: 'KAGGLE_VARIABLE_INVALID', params: { variable: name, expected: 'the address of an HTTP proxy' } },
  )
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : ''
}
