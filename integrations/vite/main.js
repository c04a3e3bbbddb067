import { load } from '@pixelrow/infer-web'

// In a worker, so that the page never waits.
const loading = load('model.onnx', { worker: true })
loading.catch((error) => show([error.message]))

document.querySelector('input').addEventListener('change', async ({ target }) => {
  show(await Promise.all(Array.from(target.files, answer)))
})

/** The class of a picture, or what is wrong with it. */
async function answer(file) {
  try {
    const classifier = await loading
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
