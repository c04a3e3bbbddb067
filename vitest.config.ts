import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Maps each published name to the file its exports map gives an ESM import, so that tests see what users see: the build. */
function publishedEntries(): { find: RegExp; replacement: string }[] {
  const entries = []
  for (const group of ['packages', 'apps']) {
    for (const folder of readdirSync(`${root}${group}`)) {
      const { name, exports = {} } = JSON.parse(readFileSync(`${root}${group}/${folder}/package.json`, 'utf8'))
      for (const [path, conditions] of Object.entries<{ import?: { default: string } }>(exports)) {
        const file = conditions.import?.default
        if (!file) continue
        const published = path === '.' ? name : `${name}/${path.slice(2)}`
        entries.push({ find: new RegExp(`^${published}$`), replacement: `${root}${group}/${folder}/${file.slice(2)}` })
      }
    }
  }
  return entries
}

const suite = ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'tests/**/*.test.ts']

/** Long suites of a package that need no more than the others. */
const long = [
  'apps/cli/test/{answers,engine,ensemble,everywhere,ids,kaggle-interrupt,length,measured,outcome,profile,resume,seen}.test.ts',
  'apps/playground/test/drawn.test.ts',
  'packages/export/test/fuzz.test.ts',
  'packages/files/test/owned/kills.test.ts',
  'packages/infer-web/test/cache.test.ts',
  'packages/{train,infer-node}/test/exits.test.ts',
  'packages/train/test/{nets,recipes}.test.ts',
  'tests/fuzz.test.ts',
]

export default defineConfig({
  resolve: { alias: publishedEntries() },
  test: {
    pool: 'forks',
    // Many tests wait for processes that they start; a core left idle for vitest itself would be half of a small machine.
    maxWorkers: '100%',
    slowTestThreshold: 10_000,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // `npm test` runs the suite, `npm run test:full` both: `full` needs Python 3 or a C++ compiler, or takes long.
    projects: [
      {
        extends: true,
        test: { name: 'suite', include: suite, exclude: ['**/node_modules/**', 'tests/full/**', ...long] },
      },
      {
        extends: true,
        test: {
          name: 'full',
          // Of races, pools and threads, and of the digits on WebGPU, the suite tries some and this all.
          include: [
            'tests/full/**/*.test.ts',
            ...long,
            'packages/infer-node/test/pools.test.ts',
            'packages/files/test/owned/{faults,races}.test.ts',
            'packages/train/test/threads.test.ts',
            'packages/infer-web/test/parity.test.ts',
          ],
          env: { PIXELROW_FULL: '1' },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
