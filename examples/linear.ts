// The same classifier as a linear layer and an SGD object.
import { readSubmission, readTable } from '@pixelrow/data'
import { linear } from '@pixelrow/model'
import { fit, sgd } from '@pixelrow/train'
import { digits } from 'pixelrow'

const [seed = 0, epochs = 20] = process.argv.slice(2).map(Number)
const files = await digits()
const [train, test] = await Promise.all([readTable(files.train), readTable(files.test)])
test.labels = Uint16Array.from((await readSubmission(files.solution)).labels, Number)
test.classes = train.classes

await fit(linear(train), train, {
  epochs,
  learningRate: 1,
  optimizer: sgd(),
  batchSize: 256,
  seed,
  validation: test,
  onEpoch: ({ epoch, accuracy }) => console.log(`epoch ${epoch}  accuracy ${accuracy!.toFixed(4)}`),
})
