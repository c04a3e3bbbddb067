/** Size of one image, in pixels. `channelOrder` tells how a row of pixels with several channels is laid out. */
export interface ImageShape {
  height: number
  width: number
  channels: number
  /** `interleaved` is rgbrgb…, `planar` rr…gg…bb…; one channel is `interleaved`. */
  channelOrder: 'interleaved' | 'planar'
}

/** What the network is fed: raw pixel values 0..maxValue, scaled to 0..1 inside the graph, then `(x - mean) / std` where given. */
export interface InputLayer {
  shape: ImageShape
  /** The value that stands for white, 1..255. */
  maxValue: number
  /** One number for each channel, of the values scaled to 0..1. */
  mean?: readonly number[]
  /** One number above 0 for each channel, of the values scaled to 0..1. */
  std?: readonly number[]
}

/** One layer as plain data; more kinds join this union. */
export type Layer = FlattenLayer | DenseLayer | ActivationLayer

/** Makes one vector of an image, in channel, row, column order. */
export interface FlattenLayer {
  type: 'flatten'
}

/** A fully connected layer: `x · weight + bias`. */
export interface DenseLayer {
  type: 'dense'
  units: number
  /** Default true. */
  bias?: boolean
}

/** A function of each element: max(x, 0), 1 / (1 + exp(−x)) or tanh(x). */
export interface ActivationLayer {
  type: 'relu' | 'sigmoid' | 'tanh'
}

/** A classifier's structure as plain, serialisable data; the last layer's units are the classes' logits. */
export interface Architecture {
  input: InputLayer
  layers: Layer[]
}

/** A named float32 array with its shape, row-major. */
export interface Tensor {
  dims: number[]
  data: Float32Array
}

/** A trained (or freshly initialised) classifier: everything needed to export it or to train it further. */
export interface Model {
  architecture: Architecture
  /** By name, `<layer index>.<parameter>`: `1.weight` is `[inputs, units]`, `1.bias` is `[units]`. */
  weights: Record<string, Tensor>
  /** The text of each class, in the order of the logits. */
  classes: string[]
}
