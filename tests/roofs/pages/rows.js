// The images that a page under a roof classifies: 64 of 4×4, bright on the left or on the right.
export const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' }
export const classes = ['left', 'right']
export const labels = Uint16Array.from({ length: 64 }, (_, row) => row % 2)
export const pixels = Uint8Array.from({ length: 64 * 16 }, (_, i) =>
  i % 4 < 2 === (labels[i >> 4] === 0) ? 250 : (i * 7) % 9,
)
