// What every roof runs: trains, exports, loads, classifies, and closes.
const rows = 64
const labels = Uint16Array.from({ length: rows }, (_, row) => row % 2)
const pixels = Uint8Array.from({ length: rows * 16 }, (_, i) =>
  i % 4 < 2 === (labels[i >> 4] === 0) ? 250 : (i * 7) % 9,
)
const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' }
const table = { rows, shape, maxValue: 255, pixels, labels, classes: ['left', 'right'] }

/** The job with the packages as somebody imports them; it gives `64 of 64`. */
module.exports.jobOf =
  ({ mlp, fit, toOnnx, load }) =>
  async () => {
    const { model } = await fit(mlp(table, { hidden: [8] }), table, { epochs: 20, seed: 1 })
    const classifier = await load(toOnnx(model))
    const answers = await classifier.predict(pixels)
    await classifier.close()
    return `${answers.labels.filter((label, row) => label === labels[row]).length} of ${rows}`
  }
