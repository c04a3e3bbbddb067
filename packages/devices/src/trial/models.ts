/**
 * Two ONNX models (IR 8, operator set 17) of one operator each, `y = MatMul(a, b)` and `y = Conv(a, b)` with kernels of 3 × 3, on float32
 * values of any size. `scripts/trial-models.mjs` makes them; a test makes them again.
 */
export const models = {
  product:
    'CAg6ogEKHQoBYQoBYhICdDAaCU1hdE11bF90MCIGTWF0TXVsCh0KAnQwEgF5GgpJZGVudGl0eV95IghJZGVudGl0eRIFdHJpYWxaFQoBYRIQCg4IARIKCgMSAU0KAxIBS1oVCgFiEhAKDggBEgoKAxIBSwoDEgFOYhUKAXkSEAoOCAESCgoDEgFNCgMSAU5qFgoCdDASEAoOCAESCgoDEgFNCgMSAU5CBAoAEBE=',
  convolution:
    'CAg6zwEKMAoBYQoBYhICdDAaB0NvbnZfdDAiBENvbnYqFQoMa2VybmVsX3NoYXBlQANAA6ABBwodCgJ0MBIBeRoKSWRlbnRpdHlfeSIISWRlbnRpdHkSBXRyaWFsWh8KAWESGgoYCAESFAoDEgFOCgMSAUMKAxIBSAoDEgFXWh0KAWISGAoWCAESEgoDEgFNCgMSAUMKAggDCgIIA2IZCgF5EhQKEggBEg4KAxIBTgoDEgFNCgAKAGoaCgJ0MBIUChIIARIOCgMSAU4KAxIBTQoACgBCBAoAEBE=',
} as const
