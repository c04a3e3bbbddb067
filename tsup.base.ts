import { readdirSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
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
        // A worker may start workers, too.
        plugins: [workerSource],
      })
      return { contents: outputFiles[0]?.text ?? '', loader: 'text' }
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
    esbuildPlugins: [workerSource],
    ...options,
  }
}

/** What `parted` takes beside tsup's own options. */
interface Parts extends Options {
  /** What others import. Default `src/index.ts`. */
  entry?: string[]
  /** What the package's own modules load by `import()` when they need it: paths below `src`, without `.ts`. Each is a file named after its last part. */
  lazy: string[]
}

/**
 * The same with ES modules that load their parts when they need them. All that lies in `src` itself is one file, `core.js`, which entries and lazy parts import
 * from: bundlers would cut what some of them share into many. Of a lazy part that an entry exports too, the entry has a copy: bundlers drop what nobody
 * uses of a file, but would load a file that is used later together with the entry.
 *
 * CommonJS stays one file: splitting it would turn each `import()` of another package, which CommonJS has too, into a `require()`.
 */
export function parted({ entry = ['src/index.ts'], lazy, onSuccess, ...both }: Parts): Options[] {
  const parts = lazy.map((path) => `src/${path}.ts`)
  return [
    library({
      ...both,
      ...(onSuccess && { onSuccess }),
      entry: Object.fromEntries([...entry, ...parts].map((file) => [basename(file, '.ts'), file])),
      format: ['esm'],
      splitting: false,
      dts: { ...(typeof both.dts === 'object' ? both.dts : {}), entry },
      clean: ['!**/*.cjs', '!**/*.d.cts'],
      esbuildPlugins: [workerSource, coreAndParts(entry, parts)],
      esbuildOptions: (options, context) => {
        mapped(options, context)
        Object.assign(options.entryPoints as Record<string, string>, { core: 'core' })
      },
    }),
    library({ ...both, entry, format: ['cjs'], splitting: false, clean: ['!**/*.js*', '!**/*.d.ts'] }),
  ]
}

/** Bundles the core, entries and lazy parts each by itself: what is in another of these files is imported from there. */
const coreAndParts = (entry: string[], lazy: string[]): NonNullable<Options['esbuildPlugins']>[number] => ({
  name: 'core-and-parts',
  setup(bundler) {
    const src = resolve('src')
    const [entries, parts] = [new Set(entry.map((file) => resolve(file))), new Set(lazy.map((file) => resolve(file)))]
    const isCore = (file: string) => dirname(file) === src && !entries.has(file) && !parts.has(file)
    const outside = (name: string) => ({ path: `./${name}.js`, external: true, sideEffects: false })
    bundler.onResolve({ filter: /^core$/ }, ({ kind }) =>
      kind === 'entry-point' ? { path: join(src, 'core'), namespace: 'core' } : undefined,
    )
    bundler.onLoad({ filter: /.*/, namespace: 'core' }, () => {
      const files = readdirSync(src).filter((file) => file.endsWith('.ts') && isCore(join(src, file)))
      return { contents: files.map((file) => `export * from './${file}'`).join('\n'), resolveDir: src, loader: 'ts' }
    })
    bundler.onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, importer, namespace, kind }) => {
      if (kind === 'entry-point') return undefined
      const file = resolve(resolveDir, path)
      if (parts.has(file))
        return kind === 'import-statement' && entries.has(importer) ? undefined : outside(basename(file, '.ts'))
      return isCore(file) && namespace !== 'core' && !isCore(importer) ? outside('core') : undefined
    })
  },
})
