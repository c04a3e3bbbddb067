import {
  CredentialsError,
  connect,
  ForbiddenError,
  KaggleError,
  type KaggleOptions,
  type RetryNotice,
  RulesNotAcceptedError,
  ServiceError,
  tokenCredentials,
  UnknownCompetitionError,
  UnreachableError,
} from '@pixelrow/kaggle'
import { describe, expect, test } from 'vitest'
import { count, failure, kaggleOf, newFolder, server, signedIn, slug } from './support.ts'

describe('who is signed in', () => {
  test('is asked for a token, and known for a key', async () => {
    const started = await server({ username: 'ann' })
    expect(await (await signedIn(started)).whoAmI()).toEqual({ username: 'ann' })
    const env = { KAGGLE_USERNAME: 'ann', KAGGLE_KEY: started.state.key }
    const byKey = await connect({ env, home: newFolder(), baseUrl: started.url })
    expect(await byKey.whoAmI()).toEqual({ username: 'ann' })
    expect(count(started, 'IntrospectToken')).toBe(1)
  })

  test('a rejected token is said with its source, and the sources that are not used', async () => {
    const started = await server()
    const env = { KAGGLE_API_TOKEN: 'KGAT_wrongwrongwrong', KAGGLE_USERNAME: 'fakeuser', KAGGLE_KEY: started.state.key }
    for (const baseUrl of [started.url, started.flatUrl]) {
      const kaggle = await connect({ env, home: newFolder(), baseUrl, firstDelay: 1 })
      const expected =
        'Kaggle rejected the token from KAGGLE_API_TOKEN (401). Make a new token at https://www.kaggle.com/settings/api. Also found, and not used: KAGGLE_USERNAME and KAGGLE_KEY.'
      for (const work of [() => kaggle.whoAmI(), () => kaggle.files(slug), () => kaggle.submissions(slug)])
        expect(await failure(work(), CredentialsError)).toMatchObject({ message: expected, source: 'KAGGLE_API_TOKEN' })
      started.faults.add('IntrospectToken', { status: 401, code: 'UNAUTHENTICATED' })
      expect((await failure(kaggle.whoAmI(), CredentialsError)).message).toBe(expected)
    }
  })

  test('a rejected key is said too', async () => {
    const started = await server()
    const env = { KAGGLE_USERNAME: 'fakeuser', KAGGLE_KEY: 'wrong' }
    const kaggle = await connect({ env, home: newFolder(), baseUrl: started.url })
    const { message } = await failure(kaggle.whoAmI(), CredentialsError)
    expect(message).toContain('Kaggle rejected the user name and key from KAGGLE_USERNAME and KAGGLE_KEY (401).')
  })
})

describe('a competition', () => {
  test('is found by its name and by the address of any of its pages', async () => {
    const { kaggle, started } = await kaggleOf()
    const expected = { slug, title: 'Digit Recognizer', joined: true, metric: 'Categorization Accuracy', teams: 3 }
    const page = `https://www.kaggle.com/competitions/${slug}`
    for (const name of [
      slug,
      ` ${slug} `,
      page,
      `${page}/data?x=1`,
      `kaggle.com/c/${slug}/rules`,
      `competitions/${slug}`,
    ])
      expect(await kaggle.competition(name)).toMatchObject(expected)
    expect(await kaggle.competition(slug)).toMatchObject({
      url: page,
      rulesUrl: `${page}/rules`,
      maxDailySubmissions: 5,
    })
    expect(new Set(started.requests.map(({ body }) => body?.search))).toEqual(new Set([slug]))
  })

  test('that is in no list is asked for by its name', async () => {
    const { kaggle } = await kaggleOf({ competitions: [{ slug: 'private-one', unlisted: true }] })
    expect(await kaggle.competition('private-one')).toMatchObject({ slug: 'private-one' })
  })

  test('whose rules are not accepted says so, without a text that names them too', async () => {
    const { kaggle } = await kaggleOf({ competitions: [{ joined: false }] })
    expect(await kaggle.competition(slug)).toMatchObject({ joined: false })
    expect(await kaggle.files(slug)).toHaveLength(3)
    const rulesUrl = `https://www.kaggle.com/competitions/${slug}/rules`
    for (const work of [
      () => kaggle.limits(slug),
      () => kaggle.submissions(slug),
      () => kaggle.download(slug, { folder: newFolder() }),
    ])
      expect(await failure(work(), RulesNotAcceptedError)).toMatchObject({
        message: `You have not joined ${slug}. Open ${rulesUrl}, accept the rules, and run this again.`,
        rulesUrl,
      })
  })

  test('that is unknown brings up similar ones, whether Kaggle says 403 or 404', async () => {
    const { kaggle, started } = await kaggleOf()
    const name = 'digit-recogniser'
    started.faults.add('ListSubmissions', { status: 404, code: 'NOT_FOUND', message: 'Not found' })
    for (const work of [
      () => kaggle.competition(name),
      () => kaggle.submissions(name),
      () => kaggle.files(name),
      () => kaggle.limits(name),
    ])
      expect(await failure(work(), UnknownCompetitionError)).toMatchObject({
        message: `No competition "${name}", or no access to it. Did you mean ${slug}?`,
        suggestions: [slug],
      })
    const { message } = await failure(kaggle.files('nothing-like-it'), UnknownCompetitionError)
    expect(message).toContain('Its name is the last part of its address: www.kaggle.com/competitions/NAME.')
  })

  test('denied to a token that may only read is neither of both', async () => {
    const { kaggle } = await kaggleOf({ readOnly: true })
    const { message } = await failure(kaggle.limits(slug), ForbiddenError)
    expect(message).toContain("(Permission 'competitions.participate' was denied)")
    expect(message).toContain(`You have joined ${slug}, so the token may lack the right to it`)
  })

  test('with many files gives them all', async () => {
    const files = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`images/${i}.png`, Buffer.alloc(i)]))
    const { kaggle, started } = await kaggleOf({ competitions: [{ files }] })
    const listed = await kaggle.files(slug)
    expect(listed.map(({ name, bytes }) => [name, bytes])).toEqual(
      Array.from({ length: 250 }, (_, i) => [`images/${i}.png`, i]),
    )
    expect(listed[0]!.created).toEqual(new Date('2026-11-23T12:29:37.836Z'))
    expect(count(started, 'ListDataFiles')).toBe(3)
  })
})

describe('a request that fails', () => {
  const notices: RetryNotice[] = []
  const noting = async (started: Awaited<ReturnType<typeof server>>, options: KaggleOptions = {}) => {
    notices.length = 0
    return signedIn(started, { onRetry: (notice) => notices.push(notice), ...options })
  }

  test('with 429 waits as long as it is told', async () => {
    const started = await server()
    const kaggle = await noting(started)
    const date = started.state.now().toUTCString()
    started.faults.add('ListDataFiles', { status: 429, headers: { 'retry-after': '0' } })
    started.faults.add('ListDataFiles', { status: 429, headers: { 'retry-after': date, date } })
    expect(await kaggle.files(slug)).toHaveLength(3)
    const reason = 'Kaggle answered 429 (too many requests)'
    expect(notices).toEqual([1, 2].map((tried) => ({ reason, tried, tries: 5, delay: 0 })))
  })

  test('with 429 for longer than it makes sense ends, and says until when', async () => {
    const started = await server()
    const kaggle = await noting(started)
    started.faults.add('ListDataFiles', { status: 429, message: 'Slow down', headers: { 'retry-after': '900' } })
    const { message, status } = await failure(kaggle.files(slug), ServiceError)
    expect(status).toBe(429)
    expect(message).toBe('Kaggle answered 429 to ListDataFiles: Slow down. It asks to wait 15 min: try again then.')
    expect(count(started, 'ListDataFiles')).toBe(1)
  })

  test('with 500 twice, or on a cut connection, is made again', async () => {
    const started = await server()
    const kaggle = await noting(started)
    started.faults.add('ListDataFiles', { status: 500, times: 2 })
    started.faults.add('ListDataFiles', { drop: true })
    started.faults.add('ListDataFiles', { lose: true })
    expect(await kaggle.files(slug)).toHaveLength(3)
    const cut = 'Could not reach Kaggle: the connection was cut'
    expect(notices.map(({ reason }) => reason)).toEqual(['Kaggle answered 500', 'Kaggle answered 500', cut, cut])
  })

  test('without an answer in time is made again', async () => {
    const started = await server()
    const kaggle = await noting(started, { stallTimeout: 1000 })
    started.faults.add('ListDataFiles', { hold: true })
    expect(await kaggle.files(slug)).toHaveLength(3)
    expect(notices.map(({ reason }) => reason)).toEqual(['Could not reach Kaggle: no answer in time'])
  })

  test('for good ends with what happened', async () => {
    const started = await server()
    const kaggle = await noting(started)
    started.faults.add('ListDataFiles', { status: 503, times: 5, message: 'Down for maintenance' })
    const error = await failure(kaggle.files(slug), ServiceError)
    expect(error).toMatchObject({ status: 503, reason: 'Down for maintenance' })
    expect(error.message).toBe('Kaggle answered 503 to ListDataFiles: Down for maintenance.')
    await started.close()
    const { message } = await failure(kaggle.files(slug), UnreachableError)
    expect(message).toBe('Could not reach Kaggle: nothing answers at that address.')
  })

  test('says what is no JSON, and shows nothing that could move a cursor', async () => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('ListDataFiles', { status: 200, text: '<html>Sign in to this hotel' })
    expect((await failure(kaggle.files(slug), ServiceError)).message).toBe(
      'Kaggle answered 200 to ListDataFiles: no JSON: is a proxy or the login page of a network in between?',
    )
    started.faults.add('ListDataFiles', { status: 400, message: 'a\u001b[2J\nb' })
    expect((await failure(kaggle.files(slug), ServiceError)).message).toBe(
      'Kaggle answered 400 to ListDataFiles: a [2J b.',
    )
  })

  test('never repeats a token that Kaggle repeats', async () => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('ListDataFiles', { status: 400, message: `Bad token ${started.state.token}!` })
    expect((await failure(kaggle.files(slug), ServiceError)).message).toBe(
      'Kaggle answered 400 to ListDataFiles: Bad token …!',
    )
  })

  test('ends at once with an abort, also in a pause', async () => {
    const started = await server()
    const controller = new AbortController()
    const kaggle = await signedIn(started, { firstDelay: 60_000, onRetry: () => controller.abort(new Error('enough')) })
    started.faults.add('ListDataFiles', { status: 500 })
    await expect(kaggle.files(slug, { signal: controller.signal })).rejects.toThrow('enough')
    await expect(kaggle.files(slug, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
  })
})

describe('the address of Kaggle', () => {
  test('comes from the option, else from KAGGLE_API_ENDPOINT, else it is api.kaggle.com', async () => {
    const credentials = tokenCredentials('KGAT_0123456789abcdef')
    const env = { KAGGLE_API_ENDPOINT: 'http://127.0.0.1:1/v1/' }
    expect((await connect({ credentials, env })).baseUrl).toBe('http://127.0.0.1:1/v1')
    expect((await connect({ credentials, env, baseUrl: 'http://localhost:2/v1' })).baseUrl).toBe(
      'http://localhost:2/v1',
    )
    expect((await connect({ credentials, env: {} })).baseUrl).toBe('https://api.kaggle.com/v1')
    await failure(connect({ credentials, env: { KAGGLE_API_ENDPOINT: 'kaggle' } }), KaggleError)
  })

  test('without encryption is a warning, except on this computer', async () => {
    const credentials = tokenCredentials('KGAT_0123456789abcdef')
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    for (const baseUrl of [
      'http://127.0.0.1/v1',
      'http://localhost/v1',
      'https://example.org/v1',
      'http://example.org/v1',
    ])
      await connect({ credentials, env: {}, baseUrl, onWarning })
    expect(warnings).toEqual([
      'The token goes unencrypted to http://example.org/v1: use an address that begins with https.',
    ])
  })
})
