import type { Tensor } from '@pixelrow/onnx'
import type { Signal, Site } from '../signal.ts'
import type { Config } from './config.ts'

/** What a layer's rule is given. */
export interface Call {
  site: Site
  config: Config
  /** A weight by its name in the layer: `kernel`. Fails where the file lacks it. */
  weight(name: string): Tensor
  /** Operands of the call; most layers take one. */
  inputs: readonly Signal[]
}

/** How a kind of layer becomes ONNX operators. */
export interface Rule {
  /** Its weights, in Keras' order. */
  weights?(config: Config): string[]
  lower(call: Call, x: Signal): Signal
  /** Of training only: afterwards it does nothing, whatever its configuration says. */
  passive?: true
}

/** A rule of a layer without weights. */
export function rule(lower: Rule['lower']): Rule {
  return { lower }
}

/** Weights of a layer with or without bias. */
export function withBias(...names: string[]): (config: Config) => string[] {
  return ({ use_bias }) => (use_bias === false ? names : [...names, 'bias'])
}
