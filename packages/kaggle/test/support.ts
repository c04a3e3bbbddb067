import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Kaggle, type KaggleOptions, tokenCredentials } from '@pixelrow/kaggle'
import { expect, onTestFinished } from 'vitest'
import { type KaggleServer, type Options, startKaggle } from './server/server.mjs'

export const slug = 'digit-recognizer'

/** A new empty folder, removed when the test is done. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-kaggle-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A stand-in for Kaggle that runs as long as the test, and never saw a token at its storage. */
export async function server(options: Options = {}): Promise<KaggleServer> {
  const started = await startKaggle(options)
  onTestFinished(async () => {
    await started.close()
    const leaked = started.requests.filter(
      ({ point, headers }) => point.startsWith('storage.') && headers.authorization,
    )
    expect(leaked).toEqual([])
  })
  return started
}

/** Signed in there; what fails is tried again without a wait worth the name. */
export const signedIn = (started: KaggleServer, options: KaggleOptions = {}): Promise<Kaggle> =>
  connect({
    credentials: tokenCredentials(started.state.token),
    baseUrl: started.url,
    env: {},
    firstDelay: 1,
    ...options,
  })

/** Both. */
export async function kaggleOf(options: Options = {}): Promise<{ started: KaggleServer; kaggle: Kaggle }> {
  const started = await server(options)
  return { started, kaggle: await signedIn(started) }
}

/** A file whose labels are all right, or as many as said, in a folder of its own. */
export function submissionFile(started: KaggleServer, { wrong = 0 } = {}): string {
  const [header, ...rows] = started.state.competitions[0]!.labels!.trim().split('\n')
  const changed = rows.map((row, i) =>
    i < wrong ? row.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)) : row,
  )
  const file = join(newFolder(), 'submission.csv')
  writeFileSync(file, `${[header, ...changed].join('\n')}\n`)
  return file
}

/** The error of a kind that a promise is rejected with; it holds no token and no signed address. */
export async function failure<E extends Error>(work: Promise<unknown>, kind: new (...args: never[]) => E): Promise<E> {
  const error = await work.then(
    (value) => value,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(kind)
  expect(`${(error as E).message} ${JSON.stringify(error)}`).not.toMatch(/KGAT_|Signature|upload_id|Bearer/)
  return error as E
}

/** What is in a folder, but for what is written down of it. */
export const listing = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^\.pixelrow(\/(manifest\.json|lock(\/owner\.json)?))?$/.test(name.replaceAll('\\', '/')))
    .sort()
export const readText = (...path: string[]) => readFileSync(join(...path), 'utf8')
/** How often a point came up. */
export const count = ({ requests }: KaggleServer, point: string) =>
  requests.filter((each) => each.point === point).length
