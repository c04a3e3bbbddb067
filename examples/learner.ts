// The same classifier with a learner, which remembers its model and history; it prints the table that fastai prints.
import { readSubmission, readTable } from '@pixelrow/data'
import { linear } from '@pixelrow/model'
import { createLearner, type EpochRecord, sgd } from '@pixelrow/train'
import { digits } from 'pixelrow'

const [seed = 0, epochs = 10, learningRate = 1] = process.argv.slice(2).map(Number)
const files = await digits()
const [train, test] = await Promise.all([readTable(files.train), readTable(files.test)])
test.labels = Uint16Array.from((await readSubmission(files.solution)).labels, Number)
test.classes = train.classes

const print = (...cells: unknown[]) => console.log(cells.map((cell) => String(cell).padEnd(12)).join(''))
const onEpoch = ({ epoch, trainLoss, validationLoss, accuracy, seconds }: EpochRecord) =>
  print(epoch, trainLoss.toFixed(6), validationLoss?.toFixed(6), accuracy?.toFixed(4), `${seconds.toFixed(2)} s`)

const options = { validation: test, optimizer: sgd(), learningRate, batchSize: 256, seed, onEpoch }
const learner = createLearner(linear(train), train, options)
print('epoch', 'train_loss', 'valid_loss', 'accuracy', 'time')
await learner.fit(epochs)
