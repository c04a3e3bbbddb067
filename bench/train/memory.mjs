// Does memory stay flat? RSS at epochs 20 to 200 of one training, then over 50 trainings in the same process.
import { linear, mlp } from '@pixelrow/model'
import { fit } from '@pixelrow/train'

const rows = 42_000
const pixels = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 7919) % 256)
const labels = Uint16Array.from({ length: rows }, (_, row) => row % 10)
const classes = Array.from({ length: 10 }, (_, k) => String(k))
const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' }
const table = { pixels, rows, labels, classes, shape, maxValue: 255 }
const rss = () => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

const epochs = []
await fit(mlp(table), table, {
  epochs: 200,
  batchSize: 256,
  learningRate: 0.01,
  validation: 0.1,
  onEpoch: ({ epoch }) => void (epoch % 20 === 0 && epochs.push(rss())),
})
report('epochs 20, 40, … 200', epochs)

const fits = []
for (let run = 1; run <= 50; run++) {
  await fit(linear(table), table, { epochs: 2, batchSize: 256 })
  if (run % 10 === 0) fits.push(rss())
}
report('after 10, 20, … 50 trainings', fits)

function report(name, values) {
  const change = (values.at(-1) / values[0] - 1) * 100
  console.log(
    `${name}: RSS ${values.map((value) => value.toFixed(0)).join(' ')} MiB, from first to last ${change.toFixed(1)} %`,
  )
}
