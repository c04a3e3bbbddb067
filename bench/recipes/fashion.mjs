// How well do the recipes, untuned, do on clothes? Fashion-MNIST's 60,000 pictures to learn from and 10,000 to be scored on, from the IDX
// files of Debian's package dataset-fashion-mnist (`apt-get download` and `dpkg -x` need no root); FASHION says where they are.
//
//     FASHION=usr/share/datasets/fashion-mnist node recipes/fashion.mjs cnn
import { join } from 'node:path'
import { inFolder, machine, pixelrow, seeds, spread } from './pixelrow.mjs'

const folder = process.env.FASHION ?? '/usr/share/datasets/fashion-mnist'
const recipes = process.argv.slice(2)
if (recipes.length === 0) recipes.push('cnn')

const rows = Object.fromEntries(recipes.map((recipe) => [recipe, []]))
for (const seed of seeds) {
  for (const recipe of recipes) {
    rows[recipe].push(
      inFolder((out) => {
        const images = (part) => join(folder, `${part}-images-idx3-ubyte.gz`)
        const { wall } = pixelrow('train', images('train'), '--recipe', recipe, '--seed', seed, '--out', out)
        return { accuracy: pixelrow('eval', join(out, 'model.onnx'), images('t10k')).accuracy, wall }
      }),
    )
  }
}

console.log(await machine())
console.table(
  Object.fromEntries(
    Object.entries(rows).map(([recipe, runs]) => [
      recipe,
      {
        'accuracy on 10,000': spread(runs.map(({ accuracy }) => accuracy)),
        'train command, s': spread(
          runs.map(({ wall }) => wall),
          1,
        ),
        seeds: runs.length,
      },
    ]),
  ),
)
