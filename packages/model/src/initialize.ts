import { ModelError } from './error.ts'
import { elements } from './shape.ts'
import { show } from './strict.ts'
import type { Architecture, Tensor } from './types.ts'
import { flattened, walk } from './walk.ts'

/** Uniform numbers of [0, 1) as a pure function of where they are used. */
export type Random = (stream: number, index: number) => number

/**
 * Fresh weights for an architecture, by name, in the order of `parameters`, distributed as PyTorch's defaults. Dense and
 * convolution layers get nn.Linear's and nn.Conv2d's: Kaiming-uniform with a = √5, which is U(±1/√fanIn) for weight and
 * bias (He et al. 2015, arXiv:1502.01852). Batch normalisation starts as the identity: weight and running variance 1, bias
 * and running mean 0.
 *
 * Element i of the parameter at place p of `parameters` comes from `random(p, i)`, so equal random functions give equal
 * bits. Throws a `ModelError` when the layers do not fit each other, and when `random` gives something else than numbers of [0, 1).
 */
export function initialize(architecture: Architecture, random: Random): Record<string, Tensor> {
  const places = flattened(walk(architecture)).flatMap(({ path, parameters }) =>
    parameters.map((parameter) => ({ ...parameter, name: `${path}.${parameter.name}` })),
  )
  return Object.fromEntries(
    places.map(({ name, dims, initial }, stream) => {
      const data = new Float32Array(elements(dims))
      for (let index = 0; index < data.length; index++) data[index] = initial(uniform(random, stream, index))
      return [name, { dims: [...dims], data }]
    }),
  )
}

function uniform(random: Random, stream: number, index: number): number {
  const number = random(stream, index)
  if (number >= 0 && number < 1) return number
  const [expected, found] = ['a function that gives numbers from 0 to below 1', show(number)]
  const params = { where: 'initialize', option: 'random', expected, found }
  const message = `initialize: random must be ${expected}; it gave ${found}.`
  throw new ModelError('MODEL_OPTION_INVALID', message, { params })
}
