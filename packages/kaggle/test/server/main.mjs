#!/usr/bin/env node
// @ts-check
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { readLabels } from './score.mjs'
import { startKaggle } from './server.mjs'

const usage = `A stand-in for Kaggle on this computer, with one competition.

  node main.mjs --labels labels.csv --test test.csv [--train train.csv] [--sample sample_submission.csv]

  --labels FILE      ImageId,Label of every row of the test: submissions are scored by it
  --train, --test, --sample FILE   files of the competition; --sample is made from the labels if it is missing
  --file FILE        another one, as often as needed
  --slug NAME        default digit-recognizer
  --token TOKEN      that is accepted; default: one that is printed
  --port, --storage-port NUMBER    default: free ones
  --daily-limit N    submissions a day, default 5
  --pending N        looks before a score is there, default 1
  --not-joined       the rules are not accepted
  --fault POINT=JSON what goes wrong, such as CreateSubmission={"lose":true}; see faults.mjs

It prints the variables that a client needs, and runs until it is killed.`

const options = /** @type {const} */ ({
  labels: { type: 'string' },
  train: { type: 'string' },
  test: { type: 'string' },
  sample: { type: 'string' },
  file: { type: 'string', multiple: true },
  slug: { type: 'string', default: 'digit-recognizer' },
  token: { type: 'string' },
  port: { type: 'string' },
  'storage-port': { type: 'string' },
  'daily-limit': { type: 'string' },
  pending: { type: 'string' },
  'not-joined': { type: 'boolean' },
  fault: { type: 'string', multiple: true },
  help: { type: 'boolean' },
})

const { values } = parseArgs({ options })
if (values.help) console.log(usage)
else await start()

async function start() {
  const server = await startKaggle({
    competitions: [{ slug: values.slug, joined: !values['not-joined'], ...competition() }],
    ...(values.token && { token: values.token }),
    ...numberOf('port', values.port),
    ...numberOf('storagePort', values['storage-port']),
    ...numberOf('dailyLimit', values['daily-limit']),
    ...numberOf('pendingLooks', values.pending),
  })
  for (const each of values.fault ?? []) {
    const at = each.indexOf('=')
    server.faults.add(each.slice(0, at), JSON.parse(each.slice(at + 1)))
  }
  console.log(`KAGGLE_API_ENDPOINT=${server.url}\nKAGGLE_API_TOKEN=${server.state.token}`)
}

/** Files and labels, as far as they are given. */
function competition() {
  /** @type {Record<string, Uint8Array>} */
  const files = {}
  for (const [name, file] of Object.entries({ 'train.csv': values.train, 'test.csv': values.test }))
    if (file) files[name] = readFileSync(file)
  for (const file of values.file ?? []) files[basename(file)] = readFileSync(file)
  if (!values.labels) return Object.keys(files).length > 0 ? { files } : {}
  const labels = readFileSync(values.labels, 'utf8')
  const { header, byId } = readLabels(labels)
  const sample = `${header}\n${[...byId.keys()].map((id) => `${id},0\n`).join('')}`
  files['sample_submission.csv'] = values.sample ? readFileSync(values.sample) : Buffer.from(sample)
  return { files, labels }
}

/** @param {string} name @param {string | undefined} value */
function numberOf(name, value) {
  return value === undefined ? {} : { [name]: Number(value) }
}
