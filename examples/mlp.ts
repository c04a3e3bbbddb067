// Two linear layers with a non-linearity between them: 784 → 60 → ReLU → 10.
import { readSubmission, readTable } from '@pixelrow/data'
import { mlp } from '@pixelrow/model'
import { fit, sgd } from '@pixelrow/train'
import { digits } from 'pixelrow'

const [seed = 0, epochs = 40, learningRate = 0.5] = process.argv.slice(2).map(Number)
const files = await digits()
const [train, test] = await Promise.all([readTable(files.train), readTable(files.test)])
test.labels = Uint16Array.from((await readSubmission(files.solution)).labels, Number)
test.classes = train.classes

await fit(mlp(train, { hidden: [60] }), train, {
  epochs,
  learningRate,
  optimizer: sgd(),
  batchSize: 256,
  seed,
  validation: test,
  onEpoch: ({ epoch, accuracy }) => console.log(`epoch ${epoch}  accuracy ${accuracy!.toFixed(4)}`),
})
