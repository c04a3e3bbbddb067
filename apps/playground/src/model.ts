import { type Classifier, load } from '@pixelrow/infer-web'
import { isA } from '../../../common/kinds.ts'

/** A model with what the page calls it. */
export interface Model {
  classifier: Classifier
  name: string
}

/** Where the page's own model lies: beside it, wherever the page is served. */
export function firstModel(): URL {
  const name = document.querySelector<HTMLMetaElement>('meta[name=pixelrow-model]')?.content
  return new URL(encodeURIComponent(name ?? 'digits.onnx'), document.baseURI)
}

/** Loads a model from the page's server, or one that was opened. Throws a ClassifierError with a sentence. */
export async function openModel(source: URL | File): Promise<Model> {
  const name = isA(source, 'File') ? source.name : decodeURIComponent(source.pathname.split('/').at(-1)!)
  return { classifier: await load(source, { device: 'wasm', threads: threads() }), name }
}

/** Half of the processor: threads that wait for each other on a busy one are slower than a single one. */
function threads(): number {
  return globalThis.crossOriginIsolated ? Math.max(1, Math.min(4, navigator.hardwareConcurrency >> 1)) : 1
}

/** `digits.onnx: 10 classes, images of 28×28`, and that nobody has said the classes where that is so. */
export function describeModel({ classifier, name }: Model): string {
  const { shape, classes, classesFrom } = classifier
  const colours = shape.channels === 1 ? '' : shape.channels === 3 ? ' in colour' : ` with ${shape.channels} channels`
  const numbered = classesFrom === 'numbering' ? '. The file does not name its classes: they are numbered from 0' : ''
  return `${name}: ${classes.length} classes, images of ${shape.width}×${shape.height}${colours}${numbered}`
}

const devices: Record<string, string> = { wasm: 'WebAssembly', webgpu: 'WebGPU', cpu: 'the processor' }

/** `on WebAssembly, in 1.2 ms` */
export function describeRun(device: string, milliseconds: number): string {
  const time = milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)
  return `Answered on ${devices[device] ?? device} in ${time} ms`
}
