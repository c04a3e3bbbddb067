import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type KaggleServer, startKaggle } from '../../../packages/kaggle/test/server/server.mjs'
import { type Finished, type Started, start, workFolder, writeData } from './helpers.ts'

export const token = 'KGAT_5ecre7c0ffee5ecre7c0ffee5ecre7aa'

type Options = NonNullable<Parameters<typeof startKaggle>[0]>
type Competition = NonNullable<Options['competitions']>[number]

export interface Setting {
  server: KaggleServer
  cwd: string
  home: string
  /** A submission that is right in every row. */
  right: string
  env: NodeJS.ProcessEnv
  begin(args: readonly string[], env?: NodeJS.ProcessEnv): Started
  pixelrow(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>
  /** Runs a command with something at its standard input. */
  fed(args: readonly string[], input: string): Promise<Finished>
}

export const fake = { rows: 300, classes: ['0', '1', '2'] }

/**
 * A stand-in for Kaggle with a small competition, and a machine with an empty home; `signedIn` unless said otherwise. `dataset` has the tables of the competition under
 * the names that Fashion-MNIST has.
 */
export async function kaggleSetting(
  options: Options = {},
  competition: Competition = {},
  { signedIn = true, dataset }: { signedIn?: boolean; dataset?: string } = {},
): Promise<Setting> {
  const cwd = workFolder()
  const home = workFolder()
  const { truth } = writeData(join(home, 'kaggle-files'), fake, (ids) => rowsOf(ids.map(() => '0')))
  const read = (name: string) => readFileSync(join(home, 'kaggle-files', name))
  const files = Object.fromEntries(['train.csv', 'test.csv', 'sample_submission.csv'].map((name) => [name, read(name)]))
  const labels = rowsOf(truth)
  const server = await startKaggle({
    token,
    pendingLooks: 0,
    competitions: [{ files, labels, ...competition }],
    ...(dataset !== undefined && { datasets: [datasetOf(dataset, files)] }),
    ...options,
  })
  onTestFinished(() => server.close())
  if (signedIn) {
    mkdirSync(join(home, '.kaggle'), { mode: 0o700 })
    writeFileSync(join(home, '.kaggle/access_token'), token, { mode: 0o600 })
  }
  const env = { HOME: home, KAGGLE_API_ENDPOINT: server.url, ...withoutKaggle() }
  const begin = (args: readonly string[], more?: NodeJS.ProcessEnv) => start(args, { cwd, env: { ...env, ...more } })
  return {
    ...{ server, cwd, home, env, begin },
    right: labels,
    pixelrow: (args, more) => begin(args, more).finished,
    fed(args, input) {
      const started = begin(args)
      started.child.stdin!.end(input)
      return started.finished
    },
  }
}

const rowsOf = (labels: readonly string[]) =>
  `ImageId,Label\n${labels.map((label, row) => `${row + 1},${label}\n`).join('')}`

/** Whoever runs the tests may be signed in, or behind a proxy. */
function withoutKaggle(): NodeJS.ProcessEnv {
  const names = ['KAGGLE_API_TOKEN', 'KAGGLE_USERNAME', 'KAGGLE_KEY', 'KAGGLE_CONFIG_DIR', 'XDG_CONFIG_HOME']
  return Object.fromEntries([...names, 'HTTP_PROXY', 'http_proxy'].map((name) => [name, undefined]))
}

/** Resolves when the server has had a request at a point, or rejects when the process has ended without it. */
export function reaches({ server }: Setting, point: string, { finished }: Started): Promise<void> {
  return new Promise((resolve, reject) => {
    const { requests } = server
    const push = requests.push
    requests.push = (...more) => {
      if (more.some((request) => request.point === point)) resolve()
      return push.apply(requests, more)
    }
    if (server.points().includes(point)) resolve()
    finished.then(({ stderr }) => reject(new Error(`ended without ${point}: ${stderr}`)))
  })
}

/** The bytes of every file below folders, by path. */
export function filesBelow(...folders: string[]): Map<string, Buffer> {
  const paths = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  )
  return new Map(paths.map((path) => [path, readFileSync(path)]))
}

/** Says to the command that it runs in a terminal. */
export const atTerminal = { NODE_OPTIONS: `--import ${new URL('./terminal.mjs', import.meta.url).href}` }

function datasetOf(title: string, files: Record<string, Uint8Array>) {
  const [owner = '', name = ''] = title.split('/')
  const { 'train.csv': train, 'test.csv': test } = files
  return { owner, name, files: { 'fashion-mnist_train.csv': train!, 'fashion-mnist_test.csv': test! } }
}
