import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { connect } from '@pixelrow/kaggle'
import { expect, onTestFinished, test } from 'vitest'
import { newFolder, readText, server, slug, submissionFile } from './support.ts'

test('through a whole flow with faults the token is in no file, no message and no request to storage', async () => {
  const started = await server()
  const { token } = started.state
  const home = newFolder()
  const said: unknown[] = []
  const hear = (...all: unknown[]) => said.push(...all)
  const env = { KAGGLE_API_TOKEN: token, KAGGLE_API_ENDPOINT: started.url }
  const kaggle = await connect({ env, home, firstDelay: 1, onRetry: hear, onWarning: hear })
  for (const point of [
    'ListDataFiles',
    'DownloadDataFiles',
    'StartSubmissionUpload',
    'CreateSubmission',
    'GetSubmission',
  ]) {
    started.faults.add(point, { status: 500, message: `echo ${token}` })
    started.faults.add(point, { status: 400, message: `echo Bearer ${token}` })
  }
  started.faults.add('storage.get', { cutAfter: 100 })
  started.faults.add('storage.get', { status: 400 })
  started.faults.add('storage.put', { drop: true })
  const downloading = { folder: home, onProgress: hear, overwrite: true }
  const submitting = { onProgress: hear, message: 'first' }
  for (let i = 0; i < 3; i++) {
    hear(await kaggle.whoAmI().catch((error) => error), await kaggle.files(slug).catch((error) => error))
    hear(await kaggle.download(slug, downloading).catch((error) => error))
    hear(await kaggle.submit(slug, submissionFile(started), submitting).catch((error) => error))
    hear(await kaggle.waitForScore(50000001, { interval: 1, onLook: hear }).catch((error) => error))
  }
  hear(kaggle, kaggle.credentials)

  const all = `${said.map((each) => inspect(each, { depth: 20, showHidden: true })).join('\n')}\n${JSON.stringify(said)}`
  expect(said.filter((each) => each instanceof Error).length).toBeGreaterThan(3)
  expect(all).toContain('echo …')
  expect(all).not.toContain(token)
  const written = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(home, name)).isFile(),
  )
  for (const name of written) expect(readFileSync(join(home, name), 'latin1')).not.toContain(token)
  const storage = started.requests.filter(({ point }) => point.startsWith('storage.'))
  expect(storage.length).toBeGreaterThan(3)
  expect(JSON.stringify(storage)).not.toContain(token)
  expect(started.state.submissions).toHaveLength(1)
})

test('the stand-in runs as a script, with true labels by which it scores', async () => {
  const folder = newFolder()
  const rows = Array.from({ length: 50 }, (_, i) => `${i + 1},${i % 10}`)
  writeFileSync(join(folder, 'labels.csv'), `ImageId,Label\n${rows.join('\n')}\n`)
  writeFileSync(join(folder, 'test.csv'), 'pixel0\n0\n')
  const script = fileURLToPath(new URL('server/main.mjs', import.meta.url))
  const args = [script, '--labels', join(folder, 'labels.csv'), '--test', join(folder, 'test.csv'), '--pending', '2']
  const child = spawn(process.execPath, [...args, '--fault', 'CreateSubmission={"lose":true}'])
  onTestFinished(() => void child.kill())
  const env: Record<string, string> = {}
  for await (const line of createInterface(child.stdout)) {
    const [name, value] = line.split('=') as [string, string]
    env[name] = value
    if (name === 'KAGGLE_API_TOKEN') break
  }
  const kaggle = await connect({ env, home: folder, firstDelay: 1 })
  await kaggle.download(slug, { folder: join(folder, 'data') })
  const files = readdirSync(join(folder, 'data')).filter((name) => name !== '.pixelrow')
  expect(files.sort()).toEqual(['sample_submission.csv', 'test.csv'])
  expect(readText(folder, 'data/sample_submission.csv').split('\n').slice(0, 2)).toEqual(['ImageId,Label', '1,0'])
  const { ref, recovered } = await kaggle.submit(slug, join(folder, 'data/sample_submission.csv'))
  expect(recovered).toBe(true)
  expect((await kaggle.waitForScore(ref, { interval: 1 })).publicScore).toBe('0.10000')
  child.kill()
  await once(child, 'exit')
})
