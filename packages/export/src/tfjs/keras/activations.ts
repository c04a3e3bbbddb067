import { float } from '@pixelrow/onnx'
import { clip, nary, own, scalar, unary } from '../elementwise.ts'
import { along } from '../reduce.ts'
import { fail, type Signal, type Site } from '../signal.ts'
import { type Config, show } from './config.ts'
import { writtenBy } from './writtenby.ts'

type Activation = (site: Site, x: Signal) => Signal

const operator =
  (opType: string): Activation =>
  (site, x) =>
    unary(site, opType, x)

/** Keras' activations by the names in model.json. */
const activations: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: operator('Relu'),
  relu6: (site, x) => clip(site, x, 0, 6),
  elu: operator('Elu'),
  selu: operator('Selu'),
  sigmoid: operator('Sigmoid'),
  hard_sigmoid: hardSigmoid,
  tanh: operator('Tanh'),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  softmax: (site, x) => along(site, 'Softmax', x, -1),
  log_softmax: (site, x) => along(site, 'LogSoftmax', x, -1),
  swish: (site, x) => own(site, 'silu', x),
  silu: (site, x) => own(site, 'silu', x),
  mish: (site, x) => nary(site, 'Mul', [x, unary(site, 'Tanh', unary(site, 'Softplus', x))]),
  gelu: (site, x) => own(site, 'gelu', x),
  gelu_new: tanhGelu,
}

/** max(0, min(1, x/5 + 1/2)); since Keras 3 x/6 + 1/2. */
function hardSigmoid(site: Site, x: Signal): Signal {
  const slope = writtenBy(site, 'hard_sigmoid') === 'keras3' ? 1 / 6 : 0.2
  return unary(site, 'HardSigmoid', x, { alpha: float(slope), beta: float(0.5) })
}

/** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) */
function tanhGelu(site: Site, x: Signal): Signal {
  const square = nary(site, 'Mul', [x, x])
  const share = nary(site, 'Add', [nary(site, 'Mul', [square, scalar(0.044715)]), scalar(1)])
  const inner = nary(site, 'Mul', [nary(site, 'Mul', [x, share]), scalar(Math.sqrt(2 / Math.PI))])
  const outer = nary(site, 'Add', [unary(site, 'Tanh', inner), scalar(1)])
  return nary(site, 'Mul', [nary(site, 'Mul', [x, scalar(0.5)]), outer])
}

/** The name of a function; nothing for an activation with a configuration of its own, e.g. a layer. */
function nameOf(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  const { class_name, config } = given as { class_name?: unknown; config?: unknown }
  if (class_name === 'function') return config
  const fields = typeof config === 'object' && config !== null ? Object.keys(config) : []
  return fields.every((field) => field === 'name') ? class_name : undefined
}

/** The activation that a layer's config names; none where it names none. */
export function activate(site: Site, x: Signal, config: Config): Signal {
  const given = config.activation ?? 'linear'
  const name = nameOf(given)
  const word = typeof name === 'string' ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : ''
  const known = Object.hasOwn(activations, word) ? activations[word] : undefined
  if (known) return known(site, x)
  return fail(site, `activation ${show(given)} is not supported; expected ${Object.keys(activations).join(', ')}.`)
}
