/** @type {import('next').NextConfig} */
export default {
  // Native binaries cannot be in a bundle: the server requires them from node_modules.
  serverExternalPackages: ['@pixelrow/infer-node', 'onnxruntime-node'],
}
