import { copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const real = createRequire(import.meta.url).resolve('onnxruntime-node')

/**
 * A copy of onnxruntime-node in a folder, beside whose binaries a test may put what it likes. Its big library is linked; what Node would follow
 * a link of is copied. Gives its entry and the folder of its binaries.
 */
export function runtimeCopy(folder: string): { entry: string; binaries: string } {
  const [from, modules] = [join(dirname(real), '..'), join(folder, 'node_modules')]
  const to = join(modules, 'onnxruntime-node')
  const place = join('bin/napi-v6', process.platform, process.arch)
  mkdirSync(join(to, place), { recursive: true })
  cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
  copyFileSync(join(from, 'package.json'), join(to, 'package.json'))
  for (const name of readdirSync(join(from, place))) {
    const [source, target] = [join(from, place, name), join(to, place, name)]
    if (name.endsWith('.node')) copyFileSync(source, target)
    else symlinkSync(source, target)
  }
  symlinkSync(join(from, '..', 'onnxruntime-common'), join(modules, 'onnxruntime-common'))
  return { entry: join(to, 'dist/index.js'), binaries: join(to, place) }
}

/** A copy whose entry is other code. */
export function runtimeOf(folder: string, source: string): string {
  const { entry } = runtimeCopy(folder)
  writeFileSync(entry, source)
  return entry
}
