import { load } from '@pixelrow/infer-web'

// A worker has no page to count from: the page says where the model is.
let digits

self.addEventListener('message', async ({ data: { model, bytes }, ports: [port] }) => {
  try {
    digits ??= load(model)
    const classifier = await digits
    port.postMessage({ result: await classifier.classify(bytes) })
  } catch (error) {
    port.postMessage({ message: error.message })
  }
})
