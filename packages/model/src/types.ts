/** Size of one image, in pixels. `channelOrder` tells how a row of pixels with several channels is laid out. */
export interface ImageShape {
  height: number
  width: number
  channels: number
  /** `interleaved` is rgbrgb…, `planar` rr…gg…bb…; one channel is `interleaved`. */
  channelOrder: 'interleaved' | 'planar'
}

/**
 * What the network is fed: raw pixel values 0..maxValue, scaled to 0..1 inside the graph, or floats as they are (`dataType: 'float32'`); then `(x - mean) / std`
 * where given.
 */
export interface InputLayer {
  shape: ImageShape
  /** The value that stands for white, 1..255; 1 for floats. */
  maxValue: number
  /** What the pixels are: bytes unless they are said to be floats, which are not scaled. */
  dataType?: 'float32'
  /** One number for each channel, of the values scaled to 0..1. */
  mean?: readonly number[]
  /** One number above 0 for each channel, of the values scaled to 0..1. */
  std?: readonly number[]
}

/** One layer as plain data; more kinds join this union. */
export type Layer =
  | FlattenLayer
  | DenseLayer
  | Conv2dLayer
  | Pool2dLayer
  | GlobalPoolLayer
  | BatchNormLayer
  | DropoutLayer
  | ActivationLayer
  | ResidualLayer

/** Height and width in pixels; one number stands for both. */
export type Size = number | readonly [height: number, width: number]

/**
 * Rows and columns around the image. `valid` is none; `same` is as many as make the output ceil(size / stride), an odd one
 * at the bottom and right (TensorFlow's, and ONNX's SAME_UPPER); one number is for all four sides.
 */
export type Padding = 'same' | 'valid' | number | readonly [top: number, left: number, bottom: number, right: number]

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

/**
 * A two-dimensional convolution (cross-correlation, as everywhere in the field), zeros in the padding. Its weight is
 * `[filters, channels, kernel height, kernel width]`, PyTorch's layout.
 */
export interface Conv2dLayer {
  type: 'conv2d'
  /** Channels of the output. */
  filters: number
  kernelSize: Size
  /** Default 1. */
  stride?: Size
  /** Default `valid`. */
  padding?: Padding
  /** Default true. */
  bias?: boolean
}

/** The largest value, or the average, of each window of each channel. Padding takes no part in either. */
export interface Pool2dLayer {
  type: 'maxPool2d' | 'averagePool2d'
  size: Size
  /** Default `size`. */
  stride?: Size
  /** Default `valid`; less than `size` on each side. */
  padding?: Padding
}

/** The average or the largest value of each channel: an image to a vector `[channels]`. */
export interface GlobalPoolLayer {
  type: 'globalAveragePool' | 'globalMaxPool'
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) of each channel of an image or each unit of a vector:
 * `(x − mean) / √(variance + epsilon) · weight + bias`, by the batch's own statistics in training and by the running ones
 * afterwards.
 */
export interface BatchNormLayer {
  type: 'batchNorm'
  /** Default 1e-5. */
  epsilon?: number
  /** Share of the batch's statistics in the running ones at each step, as in PyTorch; default 0.1. */
  momentum?: number
}

/**
 * Sets values to 0 with probability `rate` in training and divides the others by 1 − rate (Srivastava et al. 2014);
 * nothing afterwards.
 */
export interface DropoutLayer {
  type: 'dropout'
  /** 0 to below 1. */
  rate: number
}

/**
 * A function of each element: relu max(x, 0); gelu x · Φ(x), exactly, through erf (arXiv:1606.08415); silu
 * x / (1 + exp(−x)); sigmoid 1 / (1 + exp(−x)); tanh.
 */
export interface ActivationLayer {
  type: (typeof activations)[number]
}

/** The activations there are, by the `type` of their layers. */
export const activations = ['relu', 'gelu', 'silu', 'sigmoid', 'tanh'] as const

/** `layers(x) + shortcut(x)`, of equal shapes (He et al. 2015, arXiv:1512.03385). */
export interface ResidualLayer {
  type: 'residual'
  layers: Layer[]
  /** Default: x itself. */
  shortcut?: Layer[]
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

/**
 * How a picture becomes the pixels that a model was trained on: laid over `background`, turned grey or left in colour, resized. What
 * gives a model other pictures has to do the same.
 */
export interface Preparation {
  /** Height and width. */
  size: readonly [height: number, width: number]
  /** The whole picture with background around it, the middle of it without, or all of it out of proportion. */
  resize: 'contain' | 'cover' | 'stretch'
  color: 'grey' | 'rgb'
  /** Grey value 0..255. */
  background: number
}

/** A trained (or freshly initialised) classifier: everything needed to export it or to train it further. */
export interface Model {
  architecture: Architecture
  /**
   * By name, `<layer index>.<parameter>`: `1.weight` is `[inputs, units]`, `1.bias` is `[units]`. Inside a residual layer
   * `3.layers.1.weight`, `3.shortcut.0.weight`. `parameters` lists them.
   */
  weights: Record<string, Tensor>
  /** The text of each class, in the order of the logits. */
  classes: string[]
  /** How its training pictures were prepared, where they were pictures. */
  preparation?: Preparation
}
