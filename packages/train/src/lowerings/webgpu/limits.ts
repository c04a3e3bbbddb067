/** Buffers that a shader may bind on every device: a limit that WebGPU guarantees. */
export const BUFFERS = 8

/** Bytes of the largest buffer that a shader may bind on every device. */
export const BUFFER_BYTES = 128 * 2 ** 20
