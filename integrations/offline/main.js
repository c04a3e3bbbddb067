import { load } from '@pixelrow/infer-web'

// The service worker keeps the page and its scripts…
navigator.serviceWorker?.register('sw.js').catch(() => {}) // none in a private window, or over http: then the page works online

// …and `cache` the model and the one .wasm file that this browser needs. build.mjs puts in the model's version.
const worker = () => new Worker(new URL('worker.js', import.meta.url), { type: 'module' })
const digits = load('model.onnx', { worker, cache: MODEL_VERSION })
digits.catch((error) => show([error.message]))

document.querySelector('input').addEventListener('change', async ({ target }) => {
  show(await Promise.all(Array.from(target.files, answer)))
})

/** The class of a picture, or what is wrong with it. */
async function answer(file) {
  try {
    const classifier = await digits
    const { label, probability } = await classifier.classify(file)
    return `${label} (${(100 * probability).toFixed(1)} %)`
  } catch (error) {
    return error.message
  }
}

function show(lines) {
  const items = lines.map((textContent) => Object.assign(document.createElement('li'), { textContent }))
  document.querySelector('ol').replaceChildren(...items)
}
