import { load } from '@pixelrow/infer-web'

// A worker has no page to count from: the page says where the model is.
let digits

self.addEventListener('message', async ({ data: { model, file }, ports: [port] }) => {
  try {
    digits ??= load(model)
    const classifier = await digits
    port.postMessage({ result: await classifier.classify(file) })
  } catch (error) {
    port.postMessage({ message: error.message })
  }
})
