// Loaded with --import: a runtime that computes something else than the file says, as a broken one or a broken exporter would.
import { createRequire } from 'node:module'

process.env.ORT_DISABLE_TELEMETRY = '1'
const { InferenceSession } = createRequire(new URL('../../../packages/infer-node/package.json', import.meta.url))(
  'onnxruntime-node',
)
const { run } = InferenceSession.prototype
InferenceSession.prototype.run = async function (...given) {
  const outputs = await run.apply(this, given)
  if (outputs.label && outputs.probabilities) outputs.probabilities.data.reverse()
  return outputs
}
