import {
  connect,
  findCredentials,
  KaggleError,
  removeToken,
  saveToken,
  tokenCredentials,
  tokenFile,
} from '@pixelrow/kaggle'
import { expect, test } from 'vitest'
import { newFolder, server, signedIn, slug } from './support.ts'

/** What nobody who reads the types would pass. */
const options = <Options>(value: unknown) => value as Options
const kaggle = async () => signedIn(await server())
const home = newFolder

test.each<[string, () => unknown, string]>([
  ['connect', () => connect(options({ baseURL: 'x' })), 'connect: there is no option baseURL. Did you mean baseUrl?'],
  [
    'connect',
    () => connect(options({ tries: 0, env: {} })),
    'connect: tries must be a whole number of at least 1; found 0.',
  ],
  [
    'connect',
    () => connect(options({ credentials: 'KGAT_secret' })),
    'connect: credentials must be what findCredentials or tokenCredentials gives; found something else.',
  ],
  [
    'findCredentials',
    () => findCredentials(options({ folder: '' })),
    'findCredentials: there is no option folder. There are: env, home.',
  ],
  [
    'findCredentials',
    () => findCredentials(options({ env: 'KAGGLE_API_TOKEN=KGAT_secret' })),
    'findCredentials: env must be an object of texts; found something else.',
  ],
  [
    'saveToken',
    () => saveToken('KGAT_secret', options({ homee: '' })),
    'saveToken: there is no option homee. Did you mean home?',
  ],
  ['removeToken', () => removeToken(options({ home: 5 })), 'removeToken: home must be a text; found 5.'],
  ['tokenFile', () => tokenFile(options({ home: 5 })), 'tokenFile: home must be a text; found 5.'],
  [
    'whoAmI',
    async () => (await kaggle()).whoAmI(options({ sginal: 1 })),
    'whoAmI: there is no option sginal. Did you mean signal?',
  ],
  [
    'files',
    async () => (await kaggle()).files(slug, options({ signal: 1 })),
    'files: signal must be an AbortSignal; found 1.',
  ],
  [
    'download',
    async () => (await kaggle()).download(slug, options({ unzip: true })),
    'download: there is no option unzip. There are: folder, file, extract, overwrite, maxBytes, signal, onProgress.',
  ],
  [
    'submit',
    async () => (await kaggle()).submit(slug, 'x.csv', options({ mesage: 'x' })),
    'submit: there is no option mesage. Did you mean message?',
  ],
  [
    'submissions',
    async () => (await kaggle()).submissions(slug, options({ limit: 0 })),
    'submissions: limit must be a whole number of at least 1; found 0.',
  ],
  [
    'waitForScore',
    async () => (await kaggle()).waitForScore(1, options({ timeout: -1 })),
    'waitForScore: timeout must be a number of at least 0; found -1.',
  ],
  [
    'competition',
    async () => (await kaggle()).competition(options({})),
    'A competition: expected its name, or the address of one of its pages; found {}.',
  ],
])('%s refuses what is no option of it: %#', async (_, work, message) => {
  const error = await (async () => work())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(KaggleError)
  const { code, params, message: said } = error as KaggleError
  expect(said).toBe(message)
  expect(code).toMatch(/^KAGGLE_OPTION_(UNKNOWN|INVALID)$/)
  expect(JSON.stringify([said, params])).not.toContain('secret')
})

test('what is right passes', async () => {
  const folder = home()
  const connected = await connect({
    credentials: tokenCredentials('KGAT_x'),
    env: {},
    home: folder,
    tries: 1,
    onWarning() {},
  })
  expect(connected.credentials.scheme).toBe('bearer')
})
