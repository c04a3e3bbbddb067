// Puts all that the function needs into a folder to zip: the bundle, the model, and of onnxruntime-node the one platform that Lambda is.
//   node build.mjs MODEL FOLDER [ARCH]     ARCH is x64 (default) or arm64
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const [model, folder, arch = 'x64'] = process.argv.slice(2)
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
await build({
  entryPoints: [new URL('handler.mjs', import.meta.url).pathname],
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  outfile: join(folder, 'handler.mjs'),
  external: ['onnxruntime-node', 'onnxruntime-web', 'sharp'],
  logLevel: 'error',
})
await cp(model, join(folder, 'model.onnx'))

/** Copies a package's JavaScript, and the binaries of the one platform. */
async function copyPackage(entry, name) {
  const root = await rootOf(entry, name)
  const to = join(folder, 'node_modules', name)
  for (const part of ['package.json', 'dist', `bin/napi-v6/linux/${arch}`]) {
    await cp(join(root, part), join(to, part), {
      recursive: true,
      filter: (path) => !/\.(map|d\.ts)$/.test(path),
    }).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

async function rootOf(entry, name) {
  for (let at = dirname(entry); ; at = dirname(at)) {
    const manifest = await readFile(join(at, 'package.json'), 'utf8').catch(() => '{}')
    if (JSON.parse(manifest).name === name) return at
  }
}

const onnxruntime = createRequire(import.meta.url).resolve('onnxruntime-node')
await copyPackage(onnxruntime, 'onnxruntime-node')
await copyPackage(createRequire(onnxruntime).resolve('onnxruntime-common'), 'onnxruntime-common')
