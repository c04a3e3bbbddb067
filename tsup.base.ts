import { relative } from 'node:path'
import { build } from 'esbuild'
import type { Options } from 'tsup'

/** Bundles the file behind `import source from './x.worker.ts?source'` into one CommonJS string. */
const workerSource: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'worker-source',
  setup(bundler) {
    bundler.onResolve({ filter: /\?source$/ }, async ({ path, resolveDir }) => {
      const { path: file } = await bundler.resolve(path.replace('?source', ''), {
        resolveDir,
        kind: 'import-statement',
      })
      // Source maps have this path: it must not be that of one machine.
      return { path: relative('', file), namespace: 'worker-source' }
    })
    bundler.onLoad({ filter: /.*/, namespace: 'worker-source' }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        format: 'cjs',
        platform: 'node',
        target: 'node20',
        minifySyntax: true,
      })
      return { contents: outputFiles[0]?.text ?? '', loader: 'text' }
    })
  },
}

/**
 * Gives `import('./x.ts?later')` a copy of the module, in a part of its own. Without one, a module that the entry also exports would be loaded with
 * the entry by all who use any of it: bundlers drop unused exports, but not unused files that are shared.
 */
const laterCopy: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'later-copy',
  setup(bundler) {
    bundler.onResolve({ filter: /\?later$/ }, async ({ path, resolveDir }) => {
      const { path: file } = await bundler.resolve(path.replace('?later', ''), { resolveDir, kind: 'import-statement' })
      return { path: file, suffix: '?later' }
    })
  },
}

/** Source maps of the ES modules; of what tsup does to split CommonJS there would be maps to esbuild's output alone. */
const mapped: NonNullable<Options['esbuildOptions']> = (options, { format }) => {
  if (format === 'esm') options.sourcemap = 'linked'
}

/** The one build every package shares: ESM, CommonJS and types for both, nothing bundled that is a dependency. */
export function library(options: Options = {}): Options {
  return {
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
    target: 'es2022',
    platform: 'neutral',
    // `import.meta.url` also works in the CommonJS build.
    shims: true,
    splitting: true,
    esbuildOptions: mapped,
    esbuildPlugins: [workerSource, laterCopy],
    ...options,
  }
}

/** What `parted` takes beside tsup's own options. */
interface Parts extends Options {
  /** What others import. Default `src/index.ts`. */
  entry?: string[]
  /** What the package's own modules load by `import()` when they need it: paths below `src`, without `.ts`. */
  lazy: string[]
}

/**
 * The same with ES modules that load their parts when they need them: each is a file of its own name. CommonJS stays one file: splitting it would turn
 * each `import()` of another package, which CommonJS has too, into a `require()`.
 */
export function parted({ entry = ['src/index.ts'], lazy, onSuccess, ...both }: Parts): Options[] {
  const { dts } = both
  return [
    library({
      ...both,
      ...(onSuccess && { onSuccess }),
      entry: [...entry, ...lazy.map((path) => `src/${path}.ts`)],
      format: ['esm'],
      dts: { ...(typeof dts === 'object' ? dts : {}), entry },
      clean: ['!**/*.cjs', '!**/*.d.cts'],
    }),
    library({ ...both, entry, format: ['cjs'], splitting: false, clean: ['!**/*.js*', '!**/*.d.ts'] }),
  ]
}
