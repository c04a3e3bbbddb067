// @ts-check
// The stand-in for Kaggle, with the tables of a folder as its competition.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startKaggle } from '../../packages/kaggle/test/server/server.mjs'

const token = 'KGAT_5ecre7c0ffee5ecre7c0ffee5ecre7aa'

/** @param {string} work @returns {Promise<{ env: NodeJS.ProcessEnv, close(): Promise<void> }>} */
export async function online(work) {
  const labels = readFileSync(join(work, 'answers.csv'), 'utf8')
  const files = {
    'train.csv': readFileSync(join(work, 'train.csv')),
    'test.csv': readFileSync(join(work, 'test.csv')),
    'sample_submission.csv': Buffer.from(labels.replaceAll(/,\d$/gm, ',0')),
  }
  const server = await startKaggle({ token, pendingLooks: 0, competitions: [{ files, labels }] })
  return { env: { KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: token }, close: () => server.close() }
}
