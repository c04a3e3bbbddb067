import { type Classifier, type ImageShape, load } from '@pixelrow/infer-web'
import digit from './digit.json'
import { type Image, paint } from './picture.ts'
import { showAnswer, showFailure } from './results.ts'

/** The model beside the page, wherever the page is served. */
const modelUrl = new URL('model.onnx', document.baseURI)

async function start(): Promise<void> {
  const image: Image = { ...digit, shape: digit.shape as ImageShape, pixels: Uint8Array.from(digit.pixels) }
  paint(element('picture', HTMLCanvasElement), image)
  element('truth', HTMLElement).textContent = `A digit from MNIST’s test set that somebody wrote as a ${digit.label}.`
  await classify(await load(modelUrl), image)
}

async function classify(classifier: Classifier, { pixels }: Image): Promise<void> {
  const begin = performance.now()
  const result = await classifier.classify(pixels, { top: classifier.classes.length })
  const milliseconds = performance.now() - begin
  showAnswer({ answer: element('answer', HTMLElement), classes: element('classes', HTMLElement) }, result)
  element('about', HTMLElement).textContent =
    `Runs on ${classifier.device}; the first answer took ${milliseconds.toFixed(1)} ms.`
}

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`index.html: expected an element with id '${id}' of type ${type.name}`)
}

start().catch((error: unknown) => showFailure(element('answer', HTMLElement), error))
