import type { BatchNormLayer, DropoutLayer } from '@pixelrow/model'
import type { Attribute, GraphBuilder, Value } from '@pixelrow/onnx'

/** What layers need of the graph that they are added to. */
export interface Surroundings {
  g: GraphBuilder
  /**
   * A parameter by its name in `Model.weights`, such as `3.layers.1.weight`; `label` names it after its layer, as the graph's nodes are:
   * `residual3/layers/conv1/weight`.
   */
  parameter(name: string, label: string): Value
  /** Absent outside of training, where dropout does nothing and batch normalisation uses its running statistics. */
  training?: TrainingLayers
}

/** Where a layer is: `name` is what its nodes' names begin with and what its output is called, `path` its place in `Model.weights`. */
export interface LayerPlace {
  /** `conv1`, `residual3/layers/conv0`: the number is the layer's index, as in its weights' names. */
  name: string
  /** `1`, `3.layers.0`. */
  path: string
}

/** One layer for the function that adds it: `g` names new nodes after the layer. */
export interface LayerSite extends Surroundings, LayerPlace {}

/** A window in numbers, as `Conv` and the pools take it. */
export type WindowAttributes = Record<'kernel_shape' | 'strides' | 'pads', Attribute>

/** The layers that training does in another way: each appends its nodes to `site.g` and gives the value of the layer's output. */
export interface TrainingLayers {
  /** The largest pixel of each window, called `output`; training also wants to know which it was. */
  maxPool(site: LayerSite, x: Value, options: { window: WindowAttributes; output: string }): Value
  batchNorm(site: LayerSite, layer: BatchNormLayer, x: Value): Value
  dropout(site: LayerSite, layer: DropoutLayer, x: Value): Value
}
