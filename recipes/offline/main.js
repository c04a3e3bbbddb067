import { load } from '@pixelrow/infer-web'

// Without a service worker (a page on http:, a private window) the page still works, online.
const digits = filesKept()
  .catch(() => {})
  .then(() => load('model.onnx'))
digits.catch((error) => show([error.message]))

/** Until the service worker has all files, or has given up: on the first visit it fetches them, once for itself and for the page. */
async function filesKept() {
  const { active, waiting, installing } = await navigator.serviceWorker.register('sw.js')
  const worker = active ?? waiting ?? installing
  while (!['activated', 'redundant'].includes(worker.state))
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }))
}

document.querySelector('input').addEventListener('change', async ({ target }) => {
  show(await Promise.all(Array.from(target.files, answer)))
})

/** The class of a picture, or what is wrong with it. */
async function answer(file) {
  try {
    const classifier = await digits
    const { label, probability } = await classifier.classify(new Uint8Array(await file.arrayBuffer()))
    return `${label} (${(100 * probability).toFixed(1)} %)`
  } catch (error) {
    return error.message
  }
}

function show(lines) {
  const items = lines.map((textContent) => Object.assign(document.createElement('li'), { textContent }))
  document.querySelector('ol').replaceChildren(...items)
}
