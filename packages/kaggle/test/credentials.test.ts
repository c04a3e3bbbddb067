import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { FileError } from '@pixelrow/files'
import {
  CredentialsError,
  connect,
  findCredentials,
  NotSignedInError,
  removeToken,
  saveToken,
  tokenCredentials,
  tokenFile,
} from '@pixelrow/kaggle'
import { expect, test } from 'vitest'
import { count, failure, newFolder, readText, server, signedIn } from './support.ts'

const never = () => Promise.reject(new Error('asked for an access token'))
const [token, other] = ['KGAT_0000111122223333', 'KGAT_4444555566667777']

/** A home with files, readable by their owner alone. */
function homeWith(files: Record<string, string>): string {
  const home = newFolder()
  for (const [name, content] of Object.entries(files)) {
    const file = join(home, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content, { mode: 0o600 })
  }
  return home
}

const find = (files: Record<string, string>, env: Record<string, string> = {}) =>
  findCredentials({ home: homeWith(files), env })

const json = (username: string, key: string) => JSON.stringify({ username, key })
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test('each source comes where Kaggle has it, and the others are named', async () => {
  const env = { KAGGLE_API_TOKEN: token, KAGGLE_USERNAME: 'eve', KAGGLE_KEY: 'k1' }
  const files = {
    '.kaggle/access_token': `${other}\n`,
    '.kaggle/access_token.txt': other,
    '.kaggle/kaggle.json': json('ann', 'k2'),
    '.kaggle/credentials.json': JSON.stringify({ refresh_token: 'r', username: 'zoe' }),
  }
  const order = ['KAGGLE_API_TOKEN', '~/.kaggle/access_token', '~/.kaggle/access_token.txt']
  const rest = ['KAGGLE_USERNAME and KAGGLE_KEY', '~/.kaggle/kaggle.json', '~/.kaggle/credentials.json']
  const all = await find(files, env)
  expect([all.source, ...all.unused]).toEqual([...order, ...rest])
  expect(all.warnings).toEqual([])
  expect(await all.authorization(never)).toBe(`Bearer ${token}`)

  const { KAGGLE_API_TOKEN: _, ...withoutToken } = env
  expect(await (await find(files, withoutToken)).authorization(never)).toBe(`Bearer ${other}`)
  const { '.kaggle/access_token': __, '.kaggle/access_token.txt': ___, ...withoutFiles } = files
  const byKey = await find(withoutFiles, withoutToken)
  expect(byKey).toMatchObject({ scheme: 'basic', username: 'eve', source: 'KAGGLE_USERNAME and KAGGLE_KEY' })
  expect(await byKey.authorization(never)).toBe(basic('eve:k1'))
  const stored = await find(withoutFiles)
  expect(stored).toMatchObject({ scheme: 'basic', username: 'ann', source: '~/.kaggle/kaggle.json' })
  expect(await stored.authorization(never)).toBe(basic('ann:k2'))
})

test('a variable goes over the same entry of kaggle.json alone', async () => {
  const found = await find({ '.kaggle/kaggle.json': json('ann', 'k2') }, { KAGGLE_USERNAME: 'eve' })
  expect(found).toMatchObject({ source: 'KAGGLE_USERNAME with ~/.kaggle/kaggle.json', username: 'eve', unused: [] })
  expect(await found.authorization(never)).toBe(basic('eve:k2'))
})

test('KAGGLE_API_TOKEN may be the path of a file with the token', async () => {
  const home = homeWith({ 'secret/token': `${token}\n` })
  const found = await findCredentials({ home, env: { KAGGLE_API_TOKEN: join(home, 'secret/token') } })
  expect(found.source).toBe('~/secret/token (KAGGLE_API_TOKEN)')
  expect(await found.authorization(never)).toBe(`Bearer ${token}`)
})

test('kaggle.json is looked for where Kaggle looks', async () => {
  const home = homeWith({
    '.config/kaggle/kaggle.json': json('ann', 'k'),
    'x/kaggle/kaggle.json': json('xdg', 'k'),
    'own/kaggle.json': json('own', 'k'),
  })
  const user = async (env: Record<string, string>) => (await findCredentials({ home, env })).username
  expect(await user({})).toBe('ann')
  expect(await user({ XDG_CONFIG_HOME: join(home, 'x') })).toBe('xdg')
  expect(await user({ KAGGLE_CONFIG_DIR: join(home, 'own') })).toBe('own')
  // An existing ~/.kaggle goes before the folders of XDG, with or without a file.
  mkdirSync(join(home, '.kaggle'))
  await failure(user({}), NotSignedInError)
})

test('a token that was pasted into kaggle.json as its key is sent as a token', async () => {
  const found = await find({ '.kaggle/kaggle.json': json('ann', token) })
  expect(found).toMatchObject({ scheme: 'bearer', username: 'ann' })
  expect(await found.authorization(never)).toBe(`Bearer ${token}`)
})

test('without any, the error says where it looked and where to make a token', async () => {
  const { message, lookedIn } = await failure(find({}), NotSignedInError)
  const places =
    'KAGGLE_API_TOKEN, ~/.kaggle/access_token, KAGGLE_USERNAME with KAGGLE_KEY, ~/.config/kaggle/kaggle.json, ~/.kaggle/credentials.json'
  expect(message).toBe(
    `No Kaggle credentials found. Looked in: ${places}. Create a token at https://www.kaggle.com/settings/api and set KAGGLE_API_TOKEN, or save it as ~/.kaggle/access_token.`,
  )
  expect(lookedIn).toHaveLength(5)
})

test('a file that others can read is a warning', async () => {
  const home = homeWith({ '.kaggle/access_token': token })
  chmodSync(join(home, '.kaggle/access_token'), 0o644)
  const warnings: string[] = []
  await connect({ home, env: {}, onWarning: (warning) => warnings.push(warning) })
  expect(warnings).toEqual(['~/.kaggle/access_token can be read by others: run chmod 600 ~/.kaggle/access_token'])
})

test('what cannot be used is an error where it would be, and else a warning; none holds what is in the file', async () => {
  const secret = 'topsecret'
  for (const [content, found] of [
    [`{"username":"ann","key":"${secret}`, 'a file that is no JSON object'],
    [`"${secret}"`, 'a file that is no JSON object'],
    [`{"key":"${secret}"}`, 'a file without a "username"'],
    [`{"user":"${secret}"}`, 'a file without "username" and "key"'],
  ]) {
    const files = { '.kaggle/kaggle.json': content! }
    const { message, source } = await failure(find(files), CredentialsError)
    expect(message).toBe(`~/.kaggle/kaggle.json: expected credentials of Kaggle, found ${found}. Make a new one.`)
    expect(source).toBe('~/.kaggle/kaggle.json')
    const { warnings } = await find(files, { KAGGLE_API_TOKEN: token })
    expect(warnings).toEqual([`${message} It is not used.`])
  }
  const broken = await failure(find({}, { KAGGLE_API_TOKEN: `${secret}\n${secret}` }), CredentialsError)
  expect(broken.message).not.toContain(secret)
  expect(broken.message).toContain('KAGGLE_API_TOKEN: expected a Kaggle token, found spaces, line breaks')
  for (const path of ['~/token', '/none/token', './token']) {
    const { message } = await failure(find({}, { KAGGLE_API_TOKEN: path }), CredentialsError)
    expect(message).toContain(
      'KAGGLE_API_TOKEN: expected credentials of Kaggle, found a path of a file that is not there.',
    )
  }
  expect(() => tokenCredentials(' ')).toThrow('the token: expected a Kaggle token, found nothing.')
})

test('printing or storing credentials shows no secret', async () => {
  const found = await find({ '.kaggle/kaggle.json': json('ann', 'k2') }, { KAGGLE_API_TOKEN: token })
  expect(`${inspect(found, { depth: 9, showHidden: true })} ${JSON.stringify(found)}`).not.toMatch(/KGAT_|k2/)
})

test('a browser login: a good access token is used, an old one traded, a rejected one traded once', async () => {
  const started = await server()
  const refresh = `refresh-${started.state.token}`
  const stored = (entries: object) =>
    homeWith({
      '.kaggle/credentials.json': JSON.stringify({ refresh_token: refresh, username: 'fakeuser', ...entries }),
    })
  const use = (entries: object) => signedIn(started, { credentials: undefined, home: stored(entries) })
  const later = new Date(Date.now() + 3_600_000).toISOString()

  await (await use({ access_token: started.state.token, access_token_expiration: later })).files('digit-recognizer')
  expect(count(started, 'GenerateAccessToken')).toBe(0)
  const old = { access_token: started.state.token, access_token_expiration: '2020-01-01T00:00:00+00:00' }
  await (await use(old)).files('digit-recognizer')
  expect(count(started, 'GenerateAccessToken')).toBe(1)
  await (await use({ access_token: other, access_token_expiration: later })).files('digit-recognizer')
  expect(count(started, 'GenerateAccessToken')).toBe(2)

  const { message } = await failure((await use({ refresh_token: 'gone' })).files('digit-recognizer'), CredentialsError)
  expect(message).toContain('Kaggle rejected the token from ~/.kaggle/credentials.json (401).')
})

test('a token is stored for its owner alone, found again, and removed', async () => {
  const home = newFolder()
  const options = { home, env: {} }
  const file = await saveToken(` ${token}\n`, options)
  expect(file).toBe(tokenFile(options))
  expect(file).toBe(join(home, '.kaggle/access_token'))
  expect(readText(file)).toBe(`${token}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
  expect(await (await findCredentials(options)).authorization(never)).toBe(`Bearer ${token}`)

  await saveToken(other, options)
  expect(readText(file)).toBe(`${other}\n`)
  await failure(saveToken('two words', options), CredentialsError)
  expect(readText(file)).toBe(`${other}\n`)

  expect(await removeToken({ home, env: { KAGGLE_API_TOKEN: token } })).toEqual({
    removed: ['~/.kaggle/access_token'],
    remaining: 'KAGGLE_API_TOKEN',
  })
  expect(existsSync(file)).toBe(false)
  expect(await removeToken(options)).toEqual({ removed: [], remaining: undefined })
})

test.runIf(existsSync('/proc/self'))('a home that cannot be is refused with a sentence, and at once', async () => {
  for (const home of ['/proc/self/x', '/proc/1/x']) {
    const error = await failure(saveToken(token, { env: {}, home }), FileError)
    expect(error.message).toMatch(/\.kaggle: cannot be created: /)
  }
})

test.each([
  ['in quotes', `"${token}"`],
  ['in single quotes', ` '${token}' \n`],
  ['in the quotes of a word processor', `“${token}”`],
  ['as a line of .env', `KAGGLE_API_TOKEN=${token}`],
  ['as a shell has it', `export KAGGLE_API_TOKEN="${token}"`],
  ['as PowerShell has it', `$env:KAGGLE_API_TOKEN = '${token}'`],
  ['as YAML has it', `KAGGLE_API_TOKEN: ${token}`],
  ['as cmd.exe has it', `set KAGGLE_API_TOKEN=${token}`],
  ['behind Bearer', `Authorization: Bearer ${token}`],
  ['with a byte order mark', `\ufeff${token}`],
  ['as the key of a kaggle.json', json('ann', token)],
  ['as a kaggle.json in quotes', `'${json('ann', token)}'`],
])('a token is taken %s: typed in, in a variable, in a file', async (_, text) => {
  const bearer = `Bearer ${token}`
  expect(await tokenCredentials(text).authorization(never)).toBe(bearer)
  expect(await (await find({}, { KAGGLE_API_TOKEN: text })).authorization(never)).toBe(bearer)
  expect(await (await find({ '.kaggle/access_token': text })).authorization(never)).toBe(bearer)
  const home = newFolder()
  expect(readText(await saveToken(text, { home, env: {} }))).toBe(`${token}\n`)
})

test('all of a kaggle.json with an old-style key signs in, and is stored as one', async () => {
  const text = JSON.stringify({ username: 'ann', key: '0123456789abcdef' }, undefined, 2)
  expect(await tokenCredentials(text).authorization(never)).toBe(basic('ann:0123456789abcdef'))
  const home = homeWith({ '.kaggle/other': '' })
  const file = await saveToken(text, { home, env: {} })
  expect(file).toBe(join(home, '.kaggle', 'kaggle.json'))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await (await findCredentials({ home, env: {} })).authorization(never)).toBe(basic('ann:0123456789abcdef'))
  const quoted = await find({}, { KAGGLE_USERNAME: '"ann"', KAGGLE_KEY: "'0123456789abcdef'" })
  expect(await quoted.authorization(never)).toBe(basic('ann:0123456789abcdef'))
})

test('what is no token is refused without being shown, whatever it was pasted with', () => {
  for (const text of ['{"username": "ann"}', '""', 'KAGGLE_API_TOKEN=', '{ KGAT_1', `"${token} x"`]) {
    const error = (() => {
      try {
        tokenCredentials(text)
      } catch (thrown) {
        return thrown as Error
      }
      return undefined
    })()
    expect(error, text).toBeInstanceOf(CredentialsError)
    expect(error?.message).toMatch(/^the token: expected a Kaggle token, found /)
    expect(inspect(error)).not.toContain('KGAT_')
  }
})
