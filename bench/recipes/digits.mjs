// How well, and how fast, does a recipe do the whole job on digits? From train.csv (42,000 rows) and test.csv to a written
// submission.csv, scored on 28,000 labels that training never saw, once for each seed. With PYTHON set, the same job as `fast` in
// PyTorch and pandas alternates with it.
//
//     node recipes/digits.mjs fast cnn
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digits } from 'pixelrow'
import { inFolder, machine, pixelrow, seeds, spread } from './pixelrow.mjs'

const recipes = process.argv.slice(2)
if (recipes.length === 0) recipes.push('fast')
const python = process.env.PYTHON
const files = await digits()

const rows = Object.fromEntries([...recipes, ...(python ? ['PyTorch and pandas'] : [])].map((name) => [name, []]))
for (const seed of seeds) {
  for (const recipe of recipes) {
    rows[recipe].push(
      inFolder((folder) => {
        const { accuracy, wall, seconds } = pixelrow(
          'run',
          '--recipe',
          recipe,
          '--seed',
          seed,
          '--out',
          join(folder, 'run'),
        )
        return { accuracy: accuracy.test, wall, train: seconds.fit + (seconds.fitAll ?? 0) }
      }),
    )
  }
  if (python) rows['PyTorch and pandas'].push(inFolder((folder) => jobInPyTorch(folder, seed)))
}

function jobInPyTorch(folder, seed) {
  const out = join(folder, 'submission.csv')
  const script = fileURLToPath(new URL('job_pytorch.py', import.meta.url))
  const began = performance.now()
  const stdout = execFileSync(python, [script, dirname(files.train), out, String(seed)], { encoding: 'utf8' })
  const wall = (performance.now() - began) / 1000
  return { wall, accuracy: score(out), ...JSON.parse(stdout) }
}

/** The share of a submission's lines that are those of the true labels. */
function score(path) {
  const [found, truth] = [path, files.solution].map((file) => readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1))
  const labelOf = (line) => line.split(',')[1]
  return truth.filter((line, row) => labelOf(line) === labelOf(found[row])).length / truth.length
}

console.log(await machine())
console.table(
  Object.fromEntries(
    Object.entries(rows).map(([name, runs]) => [
      name,
      {
        'accuracy on 28,000': spread(runs.map(({ accuracy }) => accuracy)),
        'whole command, s': spread(
          runs.map(({ wall }) => wall),
          1,
        ),
        'of it training, s': spread(
          runs.map(({ train }) => train),
          1,
        ),
        seeds: runs.length,
      },
    ]),
  ),
)
if (python && rows.fast) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
  const [ours, theirs] = ['fast', 'PyTorch and pandas'].map((name) => median(rows[name].map(({ wall }) => wall)))
  console.log(
    `fast takes ${(ours / theirs).toFixed(2)} of the wall time of the same job in PyTorch and pandas (medians)`,
  )
}
