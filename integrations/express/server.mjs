// POST /classify with a PNG, JPEG, WebP, GIF, BMP or TIFF file, or with raw pixels. MODEL is the path, PORT the port.
import { load } from '@pixelrow/infer-node'
import express from 'express'

const classifier = await load(process.env.MODEL ?? 'model.onnx', { maxQueue: 1024 })
const app = express()

app.post('/classify', express.raw({ type: () => true, limit: '10mb' }), async (request, response) => {
  // A client that hangs up needs no answer.
  const controller = new AbortController()
  response.on('close', () => controller.abort())
  try {
    const { label, probability } = await classifier.classify(request.body, {
      timeoutMs: 2000,
      signal: controller.signal,
    })
    response.json({ label, probability })
  } catch (error) {
    const busy = error.code === 'busy' || error.code === 'deadline'
    if (!response.writableEnded) response.status(busy ? 503 : 400).json({ error: error.message })
  }
})

app.get('/', ({ headers }, response) =>
  response.type('text').send(`curl --data-binary @picture.png http://${headers.host}/classify\n`),
)

const server = app.listen(Number(process.env.PORT ?? 3000), () =>
  console.log(`http://localhost:${server.address().port}`),
)

process.on('SIGTERM', () => {
  server.close(async () => {
    await classifier.close()
    process.exit(0)
  })
})
