import { readFileSync } from 'node:fs'
import { load } from '@pixelrow/infer-web'
import { expect, test } from 'vitest'
import { labels, pixels } from './rows.js'

const model = readFileSync('model.onnx')

test('a model of bytes classifies', async () => {
  expect(document.body).toBeTruthy()
  const classifier = await load(model)
  expect([...(await classifier.predict(pixels)).labels]).toEqual([...labels])
  await classifier.close()
}, 120_000)

test('there are no workers, which is said by code', async () => {
  await expect(load(model, { worker: true })).rejects.toMatchObject({ code: 'CLASSIFIER_WORKER_FAILED' })
}, 120_000)
