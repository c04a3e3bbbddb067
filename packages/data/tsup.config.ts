import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import wabt from 'wabt'
import { library } from '../../tsup.base.ts'

type Plugin = NonNullable<NonNullable<Parameters<typeof library>[0]>['esbuildPlugins']>[number]

/**
 * Assembles `import hex from './x.wat'` into the module's binary, so that nothing is fetched when the package runs.
 * Gzip finds what repeats in hexadecimal digits, but not in base64: a page loads 200 bytes less.
 */
const wat: Plugin = {
  name: 'wat',
  setup(bundler) {
    bundler.onLoad({ filter: /\.wat$/ }, async ({ path }) => {
      const module = (await wabt()).parseWat(path, await readFile(path, 'utf8'), { simd: true })
      module.resolveNames()
      module.validate()
      const { buffer } = module.toBinary({})
      return { contents: Buffer.from(buffer).toString('hex'), loader: 'text' }
    })
  },
}

/**
 * Bundles what `import('./options.ts')` and the like load into modules of their own. Else a bundler would load what they
 * share with other functions of the package together with the readers, although these use none of it: it makes one file of all that the same parts import.
 */
const alone: Plugin = {
  name: 'alone',
  setup(bundler) {
    bundler.onResolve({ filter: /\/(options|kinds|tables|labels|texts)\.ts$/ }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' ? { path: relative('', join(resolveDir, path)), namespace: 'alone' } : undefined,
    )
    bundler.onLoad({ filter: /.*/, namespace: 'alone' }, async ({ path }) => {
      const options = { bundle: true, write: false, format: 'esm', target: 'es2022', packages: 'external' } as const
      const { outputFiles } = await build({ ...options, entryPoints: [path] })
      return { contents: outputFiles[0]?.text ?? '', loader: 'js', resolveDir: dirname(resolve(path)) }
    })
  },
}

const entry = ['index', 'browser', 'pictures'].map((name) => `src/${name}.ts`)

export default library({ entry, esbuildPlugins: [wat, alone] })
