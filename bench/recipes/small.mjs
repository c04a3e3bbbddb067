// Do the recipes, untuned, hold their own on small tables? scikit-learn's 8×8 digits, and 100 rows a class of the embedded digits, beside
// its SVC and random forest on the same splits, which scikit-learn draws. PYTHON must have scikit-learn.
//
//     PYTHON=~/bench-venv/bin/python node recipes/small.mjs cnn
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digits } from 'pixelrow'
import { inFolder, machine, pixelrow, seeds, spread } from './pixelrow.mjs'

const python = process.env.PYTHON
if (!python) throw new Error('Set PYTHON to an interpreter that has scikit-learn and pandas.')
const recipes = process.argv.slice(2)
if (recipes.length === 0) recipes.push('cnn')
const script = fileURLToPath(new URL('small_sklearn.py', import.meta.url))
const files = await digits()

/** One split: scikit-learn draws it, writes train.csv and unseen.csv, and says how well its own classifiers do. */
function contest(table, seed) {
  return inFolder((folder) => {
    const theirs = JSON.parse(
      execFileSync(python, [script, table, files.train, folder, String(seed)], { encoding: 'utf8' }),
    )
    const ours = recipes.map((recipe) => {
      const out = join(folder, recipe)
      pixelrow('train', join(folder, 'train.csv'), '--recipe', recipe, '--seed', seed, '--out', out)
      return [recipe, pixelrow('eval', join(out, 'model.onnx'), join(folder, 'unseen.csv')).accuracy]
    })
    return { ...theirs, ...Object.fromEntries(ours) }
  })
}

console.log(await machine())
for (const [table, title] of [
  ['sklearn', "scikit-learn's 8×8 digits, 1,347 rows to learn from, 450 unseen"],
  ['mnist', '28×28 digits, 100 rows a class to learn from, 10,000 unseen'],
]) {
  const results = seeds.map((seed) => contest(table, seed))
  const names = Object.keys(results[0])
  console.log(`\n${title}, ${seeds.length} splits`)
  console.table(
    Object.fromEntries(names.map((name) => [name, { accuracy: spread(results.map((each) => each[name])) }])),
  )
  const mean = (name) => results.reduce((sum, each) => sum + each[name], 0) / results.length
  const best = Math.max(mean('SVC'), mean('random forest'))
  for (const recipe of recipes) {
    const points = 100 * (mean(recipe) - best)
    console.log(`${recipe}: ${points >= 0 ? '+' : ''}${points.toFixed(2)} points beside the better of the two`)
  }
}
