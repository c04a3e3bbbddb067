// One file for Node, as an ES module and as CommonJS. What has native binaries stays outside; so do the optional peers.
import { build } from 'esbuild'

const external = ['onnxruntime-node', 'onnxruntime-web', 'sharp']
for (const [format, outfile] of [
  ['esm', 'dist/app.mjs'],
  ['cjs', 'dist/app.cjs'],
]) {
  await build({
    entryPoints: ['app.mjs'],
    bundle: true,
    minify: true,
    platform: 'node',
    format,
    outfile,
    external,
    logLevel: 'error',
  })
}
