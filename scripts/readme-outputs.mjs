// @ts-check
// `node scripts/readme-outputs.mjs`: makes every block of output in the READMEs again. Build first; a quiet machine gives the times that readers will see.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputsIn, printed, readmes, withOutputs } from './outputs.mjs'
import { root } from './workspace.mjs'

const outputs = readmes().flatMap(outputsIn)
const texts = await printed(outputs)
for (const file of new Set(outputs.map((output) => output.file))) {
  const own = texts.filter((_, index) => outputs[index]?.file === file)
  writeFileSync(join(root, file), withOutputs(file, own))
}
for (const { file, of } of outputs) console.log(`${file}: ${of}`)
