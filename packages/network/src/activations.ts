import type { ActivationLayer } from '@pixelrow/model'
import { float32, type Value } from '@pixelrow/onnx'
import type { LayerSite } from './surroundings.ts'

/** Where an activation goes: `g` is a scope of that name, which the result has. */
type Place = Pick<LayerSite, 'g' | 'name'>

/** A function of each element, out of operators that opset 17 has: its newer Gelu and Swish would ask for more. */
export function activation(site: Place, type: ActivationLayer['type'], x: Value): Value {
  switch (type) {
    case 'gelu':
      return gelu(site, x)
    case 'silu':
      return silu(site, x)
    case 'relu':
      return elementwise(site, 'Relu', x)
    case 'sigmoid':
      return elementwise(site, 'Sigmoid', x)
    case 'tanh':
      return elementwise(site, 'Tanh', x)
  }
}

function elementwise({ g, name }: Place, opType: string, x: Value): Value {
  return g.op(opType, [x], {}, { outputs: name })
}

/** x · 0.5 · (1 + erf(x / √2)), a form that runtimes recognise and fuse. */
function gelu({ g, name }: Place, x: Value): Value {
  const step = (opType: string, inputs: Value[], label: string) =>
    g.op(opType, inputs, {}, { name: `${name}/${label}`, outputs: `${name}/${label}` })
  const constant = (label: string, value: number) => g.constant(float32(value), `${name}/${label}`)
  const erf = step('Erf', [step('Div', [x, constant('sqrt2', Math.SQRT2)], 'divided')], 'erf')
  const share = step('Add', [erf, constant('one', 1)], 'share')
  const halved = step('Mul', [x, constant('half', 0.5)], 'halved')
  return g.op('Mul', [halved, share], {}, { outputs: name })
}

function silu({ g, name }: Place, x: Value): Value {
  const share = g.op('Sigmoid', [x], {}, { outputs: `${name}/sigmoid` })
  return g.op('Mul', [x, share], {}, { outputs: name })
}
