const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
const model = new URL('model.onnx', document.baseURI).href

document.querySelector('input').addEventListener('change', async ({ target }) => {
  show(await Promise.all(Array.from(target.files, answer)))
})

/** The class of a picture, or what is wrong with it. */
async function answer(file) {
  const { result, message } = await ask(file)
  return message ?? `${result.label} (${(100 * result.probability).toFixed(1)} %)`
}

/** Asks the worker; each question has a port of its own for the answer. */
function ask(file) {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => {
      port1.close()
      resolve(data)
    }
    worker.postMessage({ model, file }, [port2])
  })
}

function show(lines) {
  const items = lines.map((textContent) => Object.assign(document.createElement('li'), { textContent }))
  document.querySelector('ol').replaceChildren(...items)
}
