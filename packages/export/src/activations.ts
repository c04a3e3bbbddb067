import type { ActivationLayer } from '@pixelrow/model'
import { float32, type Value } from '@pixelrow/onnx'
import { named } from './names.ts'
import type { Site } from './site.ts'

/** A function of each element, out of operators that opset 17 has: its newer Gelu and Swish would ask for more. */
export function activation(site: Site, type: ActivationLayer['type'], x: Value): Value {
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

function elementwise({ g, name }: Site, opType: string, x: Value): Value {
  return g.op(opType, [x], {}, named(`${name}/${opType}`, name))
}

/** x · 0.5 · (1 + erf(x / √2)), a form that runtimes recognise and fuse. */
function gelu({ g, name }: Site, x: Value): Value {
  const step = (opType: string, inputs: Value[], label: string) =>
    g.op(opType, inputs, {}, named(`${name}/${label}`, `${name}/${label}`))
  const constant = (label: string, value: number) => g.constant(float32(value), `${name}/${label}`)
  const erf = step('Erf', [step('Div', [x, constant('sqrt2', Math.SQRT2)], 'divided')], 'erf')
  const share = step('Add', [erf, constant('one', 1)], 'share')
  const halved = step('Mul', [x, constant('half', 0.5)], 'halved')
  return g.op('Mul', [halved, share], {}, named(`${name}/Mul`, name))
}

function silu({ g, name }: Site, x: Value): Value {
  const share = g.op('Sigmoid', [x], {}, named(`${name}/Sigmoid`, `${name}/sigmoid`))
  return g.op('Mul', [x, share], {}, named(`${name}/Mul`, name))
}
