import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** What an app's bundle has of ours, by part: minified, onnxruntime-web left out. */
async function parts() {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: "export { load } from '@pixelrow/infer-web'",
      resolveDir: fileURLToPath(new URL('../../../apps/playground', import.meta.url)),
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: 'bundle',
    write: false,
    metafile: true,
    conditions: ['browser'],
    external: ['onnxruntime-web/*'],
    logLevel: 'error',
  })
  const outputs = Object.entries(metafile.outputs)
  return outputs.map(([path, { imports, inputs, entryPoint }]) => {
    const { contents } = outputFiles.find((file) => file.path.replaceAll('\\', '/').endsWith(path))!
    const along = imports.filter(({ kind }) => kind === 'import-statement').map((each) => each.path)
    return {
      path,
      along,
      isEntry: entryPoint !== undefined && path.endsWith('stdin.js'),
      inputs: Object.keys(inputs),
      size: gzipSync(contents, { level: 9 }).length,
    }
  })
}

type Part = Awaited<ReturnType<typeof parts>>[number]

/** Parts with all that they load along, except what is there. */
function withTheirs(some: Part[], all: Part[], there = new Set<Part>()): Part[] {
  const found = new Set(some)
  for (const { along } of found)
    for (const part of all) if (along.includes(part.path) && !there.has(part)) found.add(part)
  return [...found]
}

const total = (some: Part[]) => some.reduce((sum, { size }) => sum + size, 0)

test('what a page loads to classify raw pixels, and for pictures, a worker and the cache after that, stays small', async () => {
  const all = await parts()
  const first = withTheirs(
    all.filter(({ isEntry }) => isEntry),
    all,
  )
  expect(first.length).toBeGreaterThan(1)
  expect(total(first)).toBeLessThan(8500)
  const names = ['pictures', 'picture', 'in-worker', 'cache']
  const later = names.map((name) => all.find((part) => part.inputs.some((input) => input.endsWith(`dist/${name}.js`)))!)
  expect(later.filter((part) => !part || first.includes(part))).toEqual([])
  expect(total(withTheirs(later, all, new Set(first)))).toBeLessThan(12_000)
})
