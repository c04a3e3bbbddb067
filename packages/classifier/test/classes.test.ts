import { createClassifier, type ModelOptions, openRunner } from '@pixelrow/classifier'
import { float32, type Node, read } from '@pixelrow/onnx'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  best,
  ints,
  type Labelled,
  label,
  labelled,
  linear,
  node,
  numbers,
  plain,
  plainWeights,
  scores,
  texts,
  zipped,
} from './labelled.ts'
import { openRecorded } from './recorded.ts'

/** The brightest pixel is the second, so the second score is the best. */
const image = Uint8Array.of(0, 255, 0, 0)

async function open(
  model: Labelled | Uint8Array,
  { given, reopens = true }: { given?: ModelOptions; reopens?: boolean } = {},
) {
  const bytes = model instanceof Uint8Array ? model : labelled(model)
  const first = await openRecorded(bytes)
  const opened = [first]
  const runner = await openRunner({
    session: first.session,
    tensor: first.tensor,
    model: { bytes, ...(given && { given }) },
    name: 'x.onnx',
    ...(reopens && {
      async reopen(changed) {
        opened.push(await openRecorded(changed))
        return opened.at(-1)!.session
      },
    }),
  })
  const classifier = createClassifier({ runner, device: 'cpu', name: 'x.onnx' })
  return { classifier, opened }
}

/** What a classifier says of the image, and of its classes. */
async function answer(model: Labelled | Uint8Array, given?: ModelOptions) {
  const { classifier } = await open(model, { ...(given && { given }) })
  const { classes, classesFrom } = classifier
  const [{ label, index, top }] = (await classifier.classifyMany([image])) as [
    Awaited<ReturnType<typeof classifier.classify>>,
  ]
  const { labels } = await classifier.predict(image)
  expect(labels[0]).toBe(index)
  expect(top[0]).toMatchObject({ label, index })
  await classifier.close()
  return { classes, classesFrom, label }
}

const outputs = [label(), scores]
const picked = (classes: string, out = 'label'): Node[] => [
  node('ArrayFeatureExtractor', [classes, 'place'], ['picked']),
  node('Reshape', ['picked', 'flat'], [out]),
]
const flat = numbers('flat', [-1])

describe('the classes of a file are those that it says', () => {
  test.each<[string, Labelled, string[]]>([
    ['whole numbers at the operator', { nodes: [linear(ints([3, 7, 9]))], outputs }, ['3', '7', '9']],
    ['negative ones', { nodes: [linear(ints([-1, 0, 1]))], outputs }, ['-1', '0', '1']],
    [
      'texts at the operator',
      {
        nodes: [linear({ classlabels_strings: { strings: ['drei', 'sieben', 'n é'] } })],
        outputs: [label('string'), scores],
      },
      ['drei', 'sieben', 'n é'],
    ],
    ['the operator of the scores alone', { nodes: [linear(ints([3, 7, 9]))], outputs: [scores] }, ['3', '7', '9']],
    [
      'behind operators that change the form',
      {
        nodes: [
          linear(ints([3, 7, 9])),
          node('Identity', ['label'], ['out']),
          node('Normalizer', ['scores'], ['shares'], { norm: { string: 'L1' } }),
        ].map((each) => (each.opType === 'Normalizer' ? { ...each, domain: 'ai.onnx.ml' } : each)),
        outputs: [label('int64', 'out'), { ...scores, name: 'shares' }],
      },
      ['3', '7', '9'],
    ],
    [
      'a constant of which the best place picks one',
      {
        nodes: [...plain, best, ...picked('classes')],
        outputs,
        initializers: [...plainWeights, numbers('classes', [3, 7, 9]), flat],
      },
      ['3', '7', '9'],
    ],
    [
      'a constant of texts',
      {
        nodes: [...plain, best, ...picked('classes')],
        outputs: [label('string'), scores],
        initializers: [...plainWeights, texts('classes', ['drei', 'sieben', 'neun']), flat],
      },
      ['drei', 'sieben', 'neun'],
    ],
    [
      'a constant that an operator makes',
      {
        nodes: [
          ...plain,
          best,
          node('Constant', [], ['classes'], { value: { tensor: numbers('', [30, 70, 90]) } }),
          node('Gather', ['classes', 'place'], ['label']),
        ],
        outputs,
        initializers: plainWeights,
      },
      ['30', '70', '90'],
    ],
    [
      'an encoder of places',
      {
        nodes: [
          ...plain,
          best,
          node('LabelEncoder', ['place'], ['label'], {
            keys_int64s: { ints: [2, 0, 1] },
            values_strings: { strings: ['neun', 'drei', 'sieben'] },
          }),
        ],
        outputs: [label('string'), scores],
        initializers: plainWeights,
      },
      ['drei', 'sieben', 'neun'],
    ],
  ])('%s', async (_, model, classes) => {
    expect(await answer(model)).toEqual({ classes, classesFrom: 'graph', label: classes[1] })
    // Other texts for them are the caller's matter, and metadata's; a label still finds its place.
    const given = ['first', 'second', 'third']
    expect(await answer(model, { classes: given })).toEqual({ classes: given, classesFrom: 'caller', label: 'second' })
    const named = { ...model, metadata: { classes: JSON.stringify(given) } }
    expect(await answer(named)).toEqual({ classes: given, classesFrom: 'metadata', label: 'second' })
  })

  test('whatever they are', async () => {
    const value = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(value, { minLength: 3, maxLength: 3 }), async (values) => {
        const model = { nodes: [linear({ classlabels_ints: { ints: values } })], outputs }
        const classes = values.map(String)
        expect(await answer(model)).toEqual({ classes, classesFrom: 'graph', label: classes[1] })
      }),
      { numRuns: 20 },
    )
  })

  test('numbers where it says none, and it is told that they are invented', async () => {
    const numbered = { classes: ['0', '1', '2'], classesFrom: 'numbering', label: '1' }
    expect(await answer({ nodes: plain, outputs: [scores], initializers: plainWeights })).toEqual(numbered)
    // A label that is the place of the best score is the same numbering.
    const place = label('int64', 'place')
    expect(await answer({ nodes: [...plain, best], outputs: [scores, place], initializers: plainWeights })).toEqual(
      numbered,
    )
  })
})

describe('scores as a list of maps, which JavaScript cannot be given', () => {
  test.each([
    ['', undefined],
    [' of a file without the operators of ONNX itself', { 'ai.onnx.ml': 2 }],
  ])('are read from what the maps are made of%s', async (_, opsets) => {
    expect(await answer(zipped(opsets))).toEqual({ classes: ['3', '7', '9'], classesFrom: 'graph', label: '7' })
    const { classifier, opened } = await open(zipped(opsets))
    expect(opened.map(({ released }) => released())).toEqual([1, 0])
    await classifier.close()
    expect(opened.map(({ released }) => released())).toEqual([1, 1])
  })

  test('and nothing else of the file changes', async () => {
    let changed: Uint8Array | undefined
    const bytes = zipped()
    const { session, tensor } = await openRecorded(bytes)
    const reopen = async (other: Uint8Array) => {
      changed = other
      return (await openRecorded(other)).session
    }
    await (await openRunner({ session, tensor, model: { bytes }, reopen })).release()
    const [before, after] = [read(bytes), read(changed!)]
    expect(after.graph.nodes[1]).toMatchObject({ opType: 'Identity', inputs: ['scores'], outputs: ['maps'] })
    expect(after.graph.outputs[1]!.type).toMatchObject({ dataType: 'float32' })
    for (const { graph } of [before, after]) {
      graph.nodes.pop()
      graph.outputs.pop()
    }
    expect(after).toEqual(before)
  })

  test('are refused by name where the file cannot be opened anew, with the option that helps', async () => {
    await expect(open(zipped(), { reopens: false })).rejects.toMatchObject({
      code: 'CLASSIFIER_OUTPUT_MAPS',
      params: { name: 'x.onnx', outputs: ['maps'] },
      message: expect.stringMatching(
        /^x\.onnx: its output 'maps' is a list of maps \(ZipMap\).*options=\{'zipmap': False\}/,
      ),
    })
  })

  test('nor can an output for each class', async () => {
    const column = (name: string) => ({ name, type: { dataType: 'float32' as const, dims: ['N'] } })
    const columns = ['i3', 'i7', 'i9']
    const nodes = [
      ...plain,
      node('Split', ['scores'], ['a', 'b', 'c'], { axis: { int: 1 } }),
      ...columns.map((name, at) => node('Reshape', ['abc'[at]!, 'flat'], [name])),
    ]
    const model = { nodes, outputs: columns.map(column), initializers: [...plainWeights, flat] }
    await expect(open(model)).rejects.toMatchObject({
      code: 'CLASSIFIER_OUTPUT_UNKNOWN',
      message: expect.stringMatching(/found 'i3' \(float32 \[N\]\), .*zipmap='columns'.*options=\{'zipmap': False\}/),
    })
  })
})

describe('a label that the graph does not explain', () => {
  /** Places, times a number and plus one: nothing that is followed. */
  const opaque = (times: number, plus: number): Labelled => ({
    nodes: [...plain, best, node('Mul', ['place', 'times'], ['more']), node('Add', ['more', 'plus'], ['label'])],
    outputs,
    initializers: [...plainWeights, numbers('times', [times]), numbers('plus', [plus])],
  })

  test('is believed where it is the place of the best score on every trial', async () => {
    expect(await answer(opaque(1, 0))).toEqual({ classes: ['0', '1', '2'], classesFrom: 'numbering', label: '1' })
  })

  test('is believed over an invented numbering, so somebody must say the classes', async () => {
    const error = await open(opaque(2, 3)).catch((caught) => caught)
    expect(error).toMatchObject({
      code: 'CLASSIFIER_CLASSES_UNKNOWN',
      params: { name: 'x.onnx', output: 'label', count: 3 },
      message: expect.stringMatching(
        /nobody says its classes\. Its output 'label' says \d where number \d of 3 scores is the best/,
      ),
    })
    expect(Number(error.params.label)).toBe(error.params.best * 2 + 3)
    const classes = ['3', '5', '7']
    expect(await answer(opaque(2, 3), { classes })).toEqual({ classes, classesFrom: 'caller', label: '5' })
    expect(await answer({ ...opaque(2, 3), metadata: { names: "['3', '5', '7']" } })).toMatchObject({ label: '5' })
    // Texts that have nothing to do with the labels are names for the scores.
    expect(await answer(opaque(2, 3), { classes: ['a', 'b', 'c'] })).toMatchObject({ label: 'b' })
  })

  test('tells classes in a wrong order', async () => {
    await expect(open(opaque(2, 3), { given: { classes: ['5', '3', '7'] } })).rejects.toMatchObject({
      code: 'CLASSIFIER_CLASSES_ORDER',
    })
  })
})

test('classes in another order than the file’s own are refused', async () => {
  const model = { nodes: [linear(ints([3, 7, 9]))], outputs }
  for (const refused of [
    open(model, { given: { classes: ['7', '3', '9'] } }),
    open({ ...model, metadata: { labels: '["7","3","9"]' } }),
  ])
    await expect(refused).rejects.toMatchObject({
      code: 'CLASSIFIER_CLASSES_ORDER',
      params: { name: 'x.onnx', output: 'label', said: '7', label: '3' },
      message: expect.stringContaining("its output 'label' says 3 where they say 7"),
    })
})

test('another number of classes than of scores is refused', async () => {
  const model = {
    nodes: [...plain, best, ...picked('classes')],
    outputs,
    initializers: [...plainWeights, numbers('classes', [3, 7, 9, 11]), flat],
  }
  await expect(open(model)).rejects.toMatchObject({
    code: 'CLASSIFIER_CLASSES_COUNT',
    params: { expected: 4, found: 3 },
  })
})

test('a file’s own label is its answer, also where another score is larger, as support vector machines have it', async () => {
  // By the worst of the scores.
  const worst = [
    node('Neg', ['scores'], ['negative']),
    node('ArgMax', ['negative'], ['place'], { axis: { int: 1 }, keepdims: { int: 0 } }),
  ]
  const nodes = [...plain, ...worst, ...picked('classes')]
  const model = { nodes, outputs, initializers: [...plainWeights, numbers('classes', [3, 7, 9]), flat] }
  const { classifier } = await open(model)
  const bright = Uint8Array.of(200, 255, 0, 0)
  const { label: said, probability, top } = await classifier.classify(bright)
  expect(said).toBe('9')
  expect(top.map(({ label }) => label)).toEqual(['9', '7', '3'])
  expect(probability).toBe(top[0]!.probability)
  expect([...(await classifier.predict(bright)).labels]).toEqual([2])
  await classifier.close()
})

test('a label that is none of the classes is refused when it comes', async () => {
  // The place of the best score, but 5 where the last pixel is 26: no trial has that.
  const limit = (name: string, value: number) => ({ ...float32(value), name })
  const nodes = [
    ...plain,
    best,
    node('Slice', ['image', 'to', 'end', 'axis'], ['last']),
    node('Reshape', ['last', 'flat'], ['lasts']),
    node('Greater', ['lasts', 'low'], ['above']),
    node('Less', ['lasts', 'high'], ['below']),
    node('And', ['above', 'below'], ['odd']),
    node('Where', ['odd', 'five', 'place'], ['label']),
  ]
  const limits = [limit('low', 25.5 / 255), limit('high', 26.5 / 255)]
  const initializers = [...plainWeights, ...limits, numbers('end', [4]), flat, numbers('five', [5])]
  const { classifier } = await open({ nodes, outputs, initializers })
  expect((await classifier.classify(image)).label).toBe('1')
  await expect(classifier.predict(Uint8Array.of(...image, 0, 255, 0, 26))).rejects.toMatchObject({
    code: 'CLASSIFIER_LABEL_UNKNOWN',
    params: { name: 'x.onnx', row: 1, output: 'label', label: '5' },
  })
  await classifier.close()
})
