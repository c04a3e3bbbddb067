// A handler for AWS Lambda behind a function URL: raw pixels in the body, the class in the answer.
import { load } from '@pixelrow/infer-node'

// Outside of the handler: once for each instance. Inline, since an instance does one request at a time.
const digits = load(new URL('model.onnx', import.meta.url), { worker: false })

export async function handler({ body, isBase64Encoded }) {
  try {
    const classifier = await digits
    const { label, probability } = await classifier.classify(Buffer.from(body, isBase64Encoded ? 'base64' : 'latin1'))
    return { statusCode: 200, body: JSON.stringify({ label, probability }) }
  } catch (error) {
    return { statusCode: 400, body: JSON.stringify({ error: error.message }) }
  }
}
