import { load } from '@pixelrow/infer-node'
import { expect, test } from 'vitest'
import { zipped } from '../../classifier/test/labelled.ts'

test.each([{ worker: true }, { worker: false }, { isolate: true }])(
  'a file of scikit-learn’s classes and a list of maps is read (%o)',
  async (options) => {
    await using classifier = await load(zipped(), options)
    expect(classifier.classes).toEqual(['3', '7', '9'])
    expect(classifier.classesFrom).toBe('graph')
    const { label, top } = await classifier.classify(Uint8Array.of(0, 0, 255, 0))
    expect([label, ...top.map(({ label }) => label)]).toEqual(['9', '9', '3', '7'])
  },
)

test('an error about classes keeps its code and parameters on its way out of a worker', async () => {
  for (const options of [{ worker: true }, { worker: false }, { isolate: true }])
    await expect(load(zipped(), { ...options, model: { classes: ['7', '3', '9'] } })).rejects.toMatchObject({
      name: 'ClassifierError',
      code: 'CLASSIFIER_CLASSES_ORDER',
      params: { name: 'the model', output: 'label', said: '7', label: '3' },
    })
})
