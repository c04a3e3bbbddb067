// @ts-check
/** What `npm run fuzz` knows, by the names of tests/fuzz/formats.ts; what tries the fuzzer itself is left out. */
export const formats = [
  ...['bmp', 'gif', 'idx', 'jpeg', 'npy', 'npz', 'parquet', 'png', 'resume', 'run', 'safetensors'],
  ...['tfjs', 'tiff', 'zip'],
]
