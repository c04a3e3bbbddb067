// The nets of cnn.mjs as plain data; both sides build theirs from it.
const conv = (filters, kernelSize, more = {}) => ({ type: 'conv2d', filters, kernelSize, ...more })
const pool = (type) => ({ type, size: 2 })
const [relu, batchNorm, flatten] = ['relu', 'batchNorm', 'flatten'].map((type) => ({ type }))
const classes = { type: 'dense', units: 10 }

/** A convolution that keeps the size, or halves it as PyTorch's do, then batch norm, which makes a bias pointless. */
const normed = (filters, stride = 1) => [conv(filters, 3, { stride, padding: 1, bias: false }), batchNorm]

const block = (filters, stride = 1) => [
  {
    type: 'residual',
    layers: [...normed(filters, stride), relu, ...normed(filters)],
    ...(stride > 1 && { shortcut: [conv(filters, 1, { stride, bias: false }), batchNorm] }),
  },
  relu,
]

/** `limits` are for pixelrow's time as a part of PyTorch's. One chunk more than `chunks` is done, the first to warm up. */
export const nets = {
  fast: {
    limits: { most: 0.75 },
    chunks: 12,
    layers: [
      ...[conv(16, 6, { stride: 2, padding: 2 }), relu],
      ...[conv(32, 3), relu, pool('averagePool2d')],
      ...[conv(64, 3), relu, pool('averagePool2d')],
      ...[flatten, classes],
    ],
  },
  maxpool: {
    limits: { aim: 1, most: 1.5 },
    chunks: 8,
    layers: [
      ...[conv(16, 5, { stride: 2, padding: 2 }), relu],
      ...[conv(32, 3, { padding: 1 }), relu, pool('maxPool2d')],
      ...[conv(64, 3, { padding: 1 }), relu, pool('maxPool2d')],
      ...[flatten, classes],
    ],
  },
  residual: {
    limits: { aim: 1, most: 1.5 },
    chunks: 3,
    layers: [
      ...normed(16),
      relu,
      ...block(16),
      ...block(32, 2),
      ...block(64, 2),
      { type: 'globalAveragePool' },
      classes,
    ],
  },
}
