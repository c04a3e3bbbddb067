import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// Two builds share dist/: the library and the command as ESM, the library alone as CommonJS. Each cleans up its own files only.
export default defineConfig([
  library({
    entry: ['src/index.ts', 'src/create-pixelrow.ts'],
    format: ['esm'],
    dts: { entry: 'src/index.ts' },
    clean: ['!**/*.cjs', '!**/*.d.cts'],
    platform: 'node',
    onSuccess: copyStarters,
  }),
  library({ format: ['cjs'], clean: ['!**/*.js*', '!**/*.d.ts', '!templates/**', '!*.onnx'], platform: 'node' }),
])

/** The starters are the integrations, with versions of our packages in place of links; the model that they begin with is the playground's. */
async function copyStarters() {
  // What an install or a build leaves, what is for this checkout alone, and the model that somebody has put there.
  const leftOut = ['node_modules', 'dist', '.next', 'pnpm-lock.yaml', 'model.onnx']
  for (const name of ['vite', 'next', 'express']) {
    const [from, to] = [`../../integrations/${name}`, `dist/templates/${name}`]
    await cp(from, to, { recursive: true, filter: (path) => !leftOut.includes(basename(path)) })
    const { name: _, license: __, dependencies, ...manifest } = await manifestIn(from)
    const starter = { ...manifest, dependencies: await withVersions(dependencies) }
    await writeFile(`${to}/package.json`, JSON.stringify(starter))
  }
  await cp('../../apps/playground/public/digits.onnx', 'dist/digits.onnx')
}

/** Dependencies as somebody has them who installs from npm: `link:../../packages/x` becomes `^0.1.0`. */
async function withVersions(dependencies: Record<string, string>): Promise<Record<string, string>> {
  const entries = Object.entries(dependencies).map(async ([name, range]) => {
    const folder = /^link:\.\.\/\.\.\/(.+)/.exec(range)?.[1]
    return [name, folder ? `^${(await manifestIn(`../../${folder}`)).version}` : range]
  })
  return Object.fromEntries(await Promise.all(entries))
}

const manifestIn = async (folder: string) => JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
