import { load } from '@pixelrow/infer-node'

// Once for each server process, at the first request: `next build` imports this file too.
let loading

export async function POST(request) {
  try {
    loading ??= load(process.env.MODEL ?? 'public/model.onnx')
    const classifier = await loading
    const bytes = new Uint8Array(await request.arrayBuffer())
    const { label, probability } = await classifier.classify(bytes, { timeoutMs: 5000, signal: request.signal })
    return Response.json({ label, probability })
  } catch (error) {
    const busy = error.code === 'busy' || error.code === 'deadline'
    return Response.json({ error: error.message }, { status: busy ? 503 : 400 })
  }
}
