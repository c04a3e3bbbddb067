import { readFileSync } from 'node:fs'
import { engines, TrainError } from '@pixelrow/train'
import { seesGpu, tfjs } from '@pixelrow/train/tfjs'
import { expect, test } from 'vitest'

// Plain tfjs is meant, whatever was built on this machine.
process.env.PIXELROW_CACHE = '/dev/null'

test('the root entry has the engine tfjs without its code, which loads with the first question', async () => {
  for (const file of ['index.js', 'index.cjs'])
    expect(readFileSync(new URL(`../dist/${file}`, import.meta.url), 'utf8')).not.toContain('@tensorflow')
  expect(await engines.tfjs.devices()).toEqual(await tfjs.devices())
  expect(await seesGpu()).toHaveProperty('reason')
})

test('errors of both doors are of one class', async () => {
  const compile = {
    device: 'cuda',
    threads: 1,
    seed: 0,
    pixels: new Uint8Array(),
    labels: new Uint16Array(),
    state: {},
  }
  const graph = { batchSize: 1, imageBytes: 1, pixelType: 'uint8' as const, scalars: [], state: [] }
  const empty = { name: '', nodes: [], inputs: [], outputs: [], initializers: [] }
  const failure = tfjs.compile({ ...graph, step: empty, forward: empty }, compile)
  await expect(failure).rejects.toBeInstanceOf(TrainError)
  await expect(failure).rejects.toMatchObject({ code: 'TRAIN_DEVICE_UNAVAILABLE' })
})
