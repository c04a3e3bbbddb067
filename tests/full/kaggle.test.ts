import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect, tokenCredentials } from '@pixelrow/kaggle'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type KaggleServer, startKaggle } from '../../packages/kaggle/test/server/server.mjs'
import { root } from '../../scripts/workspace.mjs'
import { environment } from './python.ts'

const run = promisify(execFile)
const slug = 'digit-recognizer'
const dataset = 'zalando-research/fashionmnist'
let interpreter: string
let home: string
let server: KaggleServer
let token: string

/** 28,000 labels, and a train.csv that does not pack to nothing. */
const labels = `ImageId,Label\n${Array.from({ length: 28_000 }, (_, i) => `${i + 1},${(i * i) % 10}\n`).join('')}`
const train = Buffer.from(
  Array.from({ length: 60_000 }, (_, i) => `${(i * i) % 10},${Math.imul(i, 2654435761) >>> 0}\n`).join(''),
)

// Made here, so that a missing Python is one failure and not one for each test.
beforeAll(() => {
  const list = { file: join(root, 'tests/full/kaggle.txt') }
  interpreter = environment({ name: 'venv-kaggle', lists: [list] })
  home = mkdtempSync(join(tmpdir(), 'pixelrow-kaggle-'))
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

beforeEach(async () => {
  server = await startKaggle({
    competitions: [{ labels, files: { 'train.csv': train, 'test.csv': Buffer.from('pixel0\n0\n') } }],
    datasets: [{ owner: 'zalando-research', name: 'fashionmnist', files: { 'fashion-mnist_train.csv': train } }],
  })
  token = server.state.token
})

afterEach(() => server.close())

/** Kaggle's own client as it is installed, led to the stand-in by its own variables; what it prints and its exit code. */
async function official(...args: string[]): Promise<{ code: number; printed: string }> {
  const { PATH, SystemRoot } = process.env
  const where = { KAGGLE_API_ENVIRONMENT: 'LOCALHOST', HTTP_PROXY: server.origin, KAGGLE_API_TOKEN: token }
  const env = { PATH, SystemRoot, HOME: home, USERPROFILE: home, PYTHONIOENCODING: 'utf8', ...where }
  const result = await run(interpreter, ['-m', 'kaggle', ...args], { env, cwd: home }).catch((error) => error)
  return { code: result.code ?? 0, printed: `${result.stdout}${result.stderr}` }
}

const ours = () =>
  connect({ credentials: tokenCredentials(server.state.token), baseUrl: server.flatUrl, env: {}, firstDelay: 1 })
const points = () => server.requests.map(({ point }) => point)

describe("Kaggle's own client against the stand-in server", () => {
  test('lists competitions and files as ours does', async () => {
    const found = await official('competitions', 'list', '-s', 'digit', '--csv')
    expect(found).toMatchObject({
      code: 0,
      printed: expect.stringContaining(`competitions/${slug},2030-01-01 00:00:00`),
    })
    const { code, printed } = await official('competitions', 'files', slug, '--csv')
    expect(code).toBe(0)
    const [, ...rows] = printed.trim().split(/\r?\n/)
    const files = await (await ours()).files(slug)
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual(files.map(({ name, bytes }) => [name, String(bytes)]))
    expect(points().slice(0, 2)).toEqual(['IntrospectToken', 'ListCompetitions'])
  })

  test('downloads the zip and one file, also over a cut connection', async () => {
    const all = join(home, 'all')
    const zip = server.state.zip(server.state.competitions[0]!)
    server.faults.add('storage.get', { cutAfter: 300_000 })
    expect(zip.length).toBeGreaterThan(300_000)
    expect(await official('competitions', 'download', slug, '-p', all, '-q')).toMatchObject({ code: 0 })
    expect(readFileSync(join(all, `${slug}.zip`))).toEqual(zip)
    const [first, second] = server.requests.filter(({ point }) => point === 'storage.get')
    expect(first!.headers.range).toBeUndefined()
    expect(second!.headers).toMatchObject({
      range: expect.stringMatching(/^bytes=\d+-$/),
      'if-range': expect.any(String),
    })

    expect(await official('competitions', 'download', slug, '-f', 'train.csv', '-p', all, '-q')).toMatchObject({
      code: 0,
    })
    expect(readFileSync(join(all, 'train.csv'))).toEqual(train)

    // The same by ours, which unpacks.
    const folder = join(home, 'ours')
    await (await ours()).download(slug, { folder })
    const files = readdirSync(folder).filter((name) => name !== '.pixelrow')
    expect(files.sort()).toEqual(['test.csv', 'train.csv'])
    expect(readFileSync(join(folder, 'train.csv'))).toEqual(train)
    const leaked = server.requests.filter(({ point, headers }) => point.startsWith('storage.') && headers.authorization)
    expect(leaked).toEqual([])
  })

  test('lists and downloads a data set as ours does', async () => {
    const { code, printed } = await official('datasets', 'files', dataset, '--csv')
    expect(code).toBe(0)
    const rows = printed
      .trim()
      .split(/\r?\n/)
      .filter((row) => /\.csv,/.test(row))
    const files = await (await ours()).datasetFiles(dataset)
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual(files.map(({ name, bytes }) => [name, String(bytes)]))

    const [all, folder] = [join(home, 'set'), join(home, 'our-set')]
    expect(await official('datasets', 'download', dataset, '-p', all, '--unzip', '-q')).toMatchObject({ code: 0 })
    const theirs = server.requests.find(({ point }) => point === 'DownloadDataset')
    await (await ours()).downloadDataset(dataset, { folder })
    const mine = server.requests.findLast(({ point }) => point === 'DownloadDataset')
    expect(mine).toMatchObject({ body: { ownerSlug: 'zalando-research', datasetSlug: 'fashionmnist' } })
    expect(theirs!.body).toMatchObject(mine!.body!)
    for (const { name } of files) expect(readFileSync(join(folder, name))).toEqual(readFileSync(join(all, name)))
  })

  test('submits, and lists what both have submitted', async () => {
    const file = join(home, 'submission.csv')
    writeFileSync(file, labels.replaceAll(/,[01]\n/g, ',2\n'))
    const right = labels.split('\n').filter((row) => /,[^01]$/.test(row)).length
    const { code, printed } = await official('competitions', 'submit', slug, '-f', file, '-m', 'by Python')
    expect({ code, printed }).toMatchObject({
      code: 0,
      printed: expect.stringContaining('Successfully submitted to Digit Recognizer'),
    })
    expect(points().slice(-4)).toEqual([
      'StartSubmissionUpload',
      'storage.put',
      'CreateSubmission',
      'GetSubmissionLimits',
    ])

    const client = await ours()
    const { ref } = await client.submit(slug, file, { message: 'by ours' })
    const { publicScore } = await client.waitForScore(ref, { interval: 1 })
    expect(publicScore).toBe((right / 28_000).toFixed(5))
    const both = await client.submissions(slug)
    expect(both.map(({ description }) => description)).toEqual(['by ours', 'by Python'])
    expect(both.map(({ bytes }) => bytes)).toEqual([readFileSync(file).length, readFileSync(file).length])
    const listed = await official('competitions', 'submissions', slug, '--csv')
    for (const name of ['by ours', 'by Python'])
      expect(listed.printed).toMatch(new RegExp(`,${name},SubmissionStatus.COMPLETE,${publicScore},`))
    const board = await official('competitions', 'leaderboard', slug, '-s', '--csv')
    expect(board.printed).toContain(publicScore)
    expect(await client.place(slug, 'Team of fakeuser')).toMatchObject({ score: publicScore, teams: 4 })
  })

  test('an upload that is cut is repeated by it as a whole', async () => {
    const file = join(home, 'cut.csv')
    writeFileSync(file, labels)
    server.faults.add('storage.put', { cutAfter: 50_000 })
    expect(await official('competitions', 'submit', slug, '-f', file, '-m', 'cut')).toMatchObject({ code: 0 })
    expect(server.state.submissions).toMatchObject([{ publicScore: '1.00000', bytes: labels.length }])
  })

  test('refuses what Kaggle refuses: rules, unknown names, a bad token, too many requests', async () => {
    const fails = async (problem: RegExp, ...args: string[]) => {
      const { code, printed } = await official('competitions', ...args)
      expect(printed).toMatch(problem)
      expect(code).toBe(1)
    }
    await fails(/Not found|403/, 'download', slug, '-f', 'none.csv', '-p', home)
    await fails(/Permission 'competitions.get' was denied/, 'files', 'no-such-competition')
    server.faults.add('ListDataFiles', { status: 429, message: 'Too many requests' })
    await fails(/Too many requests/, 'files', slug)
    server.state.competitions[0]!.joined = false
    await fails(/rules/, 'download', slug, '-p', home)
    token = 'KGAT_another'
    await fails(/Authentication required/, 'files', slug)
  })
})
