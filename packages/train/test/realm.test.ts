import { expect, test } from 'vitest'
import { openRealm } from '../../../tests/realm.ts'

test('in a realm of its own a training, its weights, files and classifications are what they are elsewhere', async () => {
  const realm = openRealm()
  const [train, model, data] = ['train', 'model', 'data'].map((name) =>
    realm.load<Record<string, never>>(`@pixelrow/${name}`),
  )
  const found = await realm.run(
    `
    const rows = 200
    const labels = Uint16Array.from({ length: rows }, (_, row) => row % 2)
    const pixels = Uint8Array.from({ length: rows * 16 }, (_, i) => i % 4 < 2 === (Math.floor(i / 16) % 2 === 0) ? 200 : (i * 31) % 50)
    const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' }
    const table = { pixels, rows, labels, shape, maxValue: 255, classes: ['l', 'r'] }
    const { signal } = new AbortController()
    const options = { epochs: 5, batchSize: 20, learningRate: 0.2, validation: 0.2, signal, classWeights: data.classWeights(table) }
    const checkpoints = []
    const result = await train.fit(model.mlp(table), table, { ...options, onCheckpoint: (bytes) => checkpoints.push(bytes) })
    const isForeign = !(result.model.weights['1.weight'].data instanceof Float32Array)
    const bytes = model.toSafetensors(result.model.weights)
    const { weights } = model.fromSafetensors(bytes)
    const { labels: answers } = await train.predict(result.model, pixels)
    const again = await train.fit(model.mlp(table), table, { ...options, epochs: 1, weights: result.model.weights })
    const resumed = await train.fit(model.mlp(table), table, { ...options, resume: checkpoints[2] })
    const learner = train.createLearner(model.mlp(table), table, options)
    await learner.fit(1)
    await learner.fit(1)
    const refused = await train.fit(model.mlp(table), table, { lr: 1 }).catch((error) => error)
    return {
      isForeign,
      accuracy: result.history.at(-1).accuracy,
      same: Object.keys(weights).length,
      right: answers.filter((label, row) => label === labels[row]).length,
      loss: again.history[0].trainLoss < result.history[0].trainLoss,
      resumed: resumed.history.length,
      epochs: learner.history.map(({ epoch }) => epoch).join(),
      refused: refused.code,
    }`,
    { train, model, data },
  )
  expect(found).toEqual({
    // What comes out of the worker is of the first realm: this is what an instanceof would refuse.
    isForeign: true,
    accuracy: 1,
    same: 4,
    right: 200,
    loss: true,
    resumed: 5,
    epochs: '1,2',
    refused: 'TRAIN_OPTION_UNKNOWN',
  })
})
