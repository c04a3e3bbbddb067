// What every roof runs: trains, exports, loads, classifies, reads and writes files, and closes.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const rows = 64
const labels = Array.from({ length: rows }, (_, row) => row % 2)
const pixelsOf = (row) => Array.from({ length: 16 }, (_, i) => (i % 4 < 2 === (row % 2 === 0) ? 250 : (i * 7) % 9))
const csv = [
  ['label', ...Array.from({ length: 16 }, (_, i) => `pixel${i}`)],
  ...labels.map((label, row) => [label, ...pixelsOf(row)]),
]
/** A row of class 1 as a picture. */
const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAAGUlEQVR42mNgYP/1i4GRA0gwMQAJZsZfvwBHeQfni21xxAAAAABJRU5ErkJggg=='

/** The job with the packages as somebody imports them; it gives `64 of 64`, and with a picture what that is read as. */
module.exports.jobOf =
  ({ readTable, writeSubmission, mlp, fit, toOnnx, load }) =>
  async ({ withPicture = process.argv.includes('picture') } = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'pixelrow-job-'))
    try {
      writeFileSync(join(folder, 'train.csv'), `${csv.map((line) => line.join()).join('\n')}\n`)
      const table = await readTable(join(folder, 'train.csv'), { shape: { height: 4, width: 4 } })
      const { model } = await fit(mlp(table, { hidden: [8] }), table, { epochs: 20, seed: 1 })
      const classifier = await load(toOnnx(model))
      const answers = await classifier.predict(table.pixels)
      await writeSubmission(join(folder, 'submission.csv'), { labels: answers.labels, classes: model.classes })
      const seen = withPicture ? await classifier.classify(Buffer.from(picture, 'base64')) : undefined
      await classifier.close()
      const right = answers.labels.filter((label, row) => label === labels[row]).length
      return `${right} of ${rows}${seen ? `, the picture is ${seen.label}` : ''}`
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
