// POST /classify with raw pixels, or with a PNG, JPEG or WebP file where sharp is installed. MODEL is the path, PORT the port.
import { load } from '@pixelrow/infer-node'
import express from 'express'

const digits = await load(process.env.MODEL ?? 'model.onnx', { maxQueue: 1024 })
const app = express()

app.post('/classify', express.raw({ type: () => true, limit: '10mb' }), async (request, response) => {
  // A client that hangs up needs no answer.
  const controller = new AbortController()
  response.on('close', () => controller.abort())
  try {
    const { label, probability } = await digits.classify(request.body, { timeoutMs: 2000, signal: controller.signal })
    response.json({ label, probability })
  } catch (error) {
    const busy = error.code === 'busy' || error.code === 'deadline'
    if (!response.writableEnded) response.status(busy ? 503 : 400).json({ error: error.message })
  }
})

const server = app.listen(Number(process.env.PORT ?? 3000), () =>
  console.log(`http://localhost:${server.address().port}`),
)

process.on('SIGTERM', () => {
  server.close(async () => {
    await digits.close()
    process.exit(0)
  })
})
