// Classifies rows of raw pixels from a file: node dist/app.mjs MODEL PIXELS
import { readFile } from 'node:fs/promises'
import { load } from '@pixelrow/infer-node'

const [model, pixels] = process.argv.slice(2)

async function main() {
  const classifier = await load(model, { worker: true })
  const { labels } = await classifier.predict(await readFile(pixels))
  await classifier.close()
  console.log(JSON.stringify([...labels]))
}

main()
