import { isA } from '../../../common/kinds.ts'

/** Why a request got no answer, and whether the next one may get one. */
export interface NetworkProblem {
  /** In words, without the address: it may be a secret. */
  reason: string
  transient: boolean
  /** Nothing was sent, so that nothing can have happened at the other end. */
  unsent: boolean
}

/** What an error of `fetch`, or of reading a body, means; undefined for errors that are none of the network's. */
export function networkProblem(error: unknown): NetworkProblem | undefined {
  const code = codeBelow(error)
  if (code !== undefined) {
    const certificate = certificates[code]?.()
    if (certificate) return { reason: certificate, transient: false, unsent: true }
    const known = connections[code]
    if (known) return { reason: known[0], transient: true, unsent: known[1] }
    if (/^(ERR_(SSL|TLS)|UNABLE_TO|CERT_|ERR_OSSL)/.test(code))
      return { reason: `no safe connection (${code})`, transient: false, unsent: true }
  }
  // `fetch` throws nothing but TypeErrors for what went wrong on the way.
  if (!isA(error, 'Error') || error.name !== 'TypeError') return undefined
  const reason = code === undefined ? 'the connection was lost' : `the connection was lost (${code})`
  return { reason, transient: true, unsent: false }
}

const connections: Record<string, [reason: string, unsent: boolean]> = {
  ECONNREFUSED: ['nothing answers at that address', true],
  ENOTFOUND: ["the server's name is not known (is this computer online?)", true],
  EAI_AGAIN: ["the server's name is not known (is this computer online?)", true],
  ENETUNREACH: ['the network cannot be reached (is this computer online?)', true],
  EHOSTUNREACH: ['the server cannot be reached', true],
  UND_ERR_CONNECT_TIMEOUT: ['no connection in time', true],
  UND_ERR_ABORTED: ['the proxy refused the connection', true],
  ETIMEDOUT: ['no answer in time', false],
  UND_ERR_HEADERS_TIMEOUT: ['no answer in time', false],
  UND_ERR_BODY_TIMEOUT: ['the connection stands still', false],
  ECONNRESET: ['the connection was cut', false],
  EPIPE: ['the connection was cut', false],
  UND_ERR_SOCKET: ['the connection was cut', false],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['the connection was cut', false],
}

const clock = () =>
  `its certificate is not valid at this computer's time, ${new Date().toISOString().slice(0, 16)} UTC: check the clock`
const authority = () =>
  "its certificate is signed by nobody known here (behind a company's proxy, set NODE_EXTRA_CA_CERTS to its certificate)"

const certificates: Record<string, () => string> = {
  CERT_HAS_EXPIRED: clock,
  CERT_NOT_YET_VALID: clock,
  SELF_SIGNED_CERT_IN_CHAIN: authority,
  DEPTH_ZERO_SELF_SIGNED_CERT: authority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: authority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: authority,
  ERR_TLS_CERT_ALTNAME_INVALID: () => 'its certificate is that of another server',
}

/** The first code among an error and its causes; what a library throws need not be an Error by its kind. */
function codeBelow(error: unknown): string | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { code, cause } = at as { code?: unknown; cause?: unknown }
    if (typeof code === 'string') return code
    at = cause
  }
  return undefined
}
