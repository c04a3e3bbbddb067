// What a page under a roof does: it classifies without a worker, in one, and on what was kept, and tells its server.
import { load } from '@pixelrow/infer-web'
import { labels, pixels } from './rows.js'

const ways = {
  'in the page': {},
  'in a worker': { worker: true },
  kept: { cache: true },
  'kept, in a worker': { cache: true, worker: true },
}

async function right(options) {
  const classifier = await load('/model.onnx', options)
  const found = (await classifier.predict(pixels)).labels
  const { label } = await classifier.classify(pixels.subarray(0, 16))
  await classifier.close()
  return `${found.filter((each, row) => each === labels[row]).length} of ${found.length}, ${label}`
}

export async function main() {
  const answers = { isolated: crossOriginIsolated }
  for (const [name, options] of Object.entries(ways))
    answers[name] = await right(options).catch((error) => `${error.code}: ${error.message}`)
  await fetch('/told', { method: 'POST', body: JSON.stringify(answers) })
}
