// @ts-check
// Opens the page of a folder in browsers and says what it told: `node drive.mjs dist chromium firefox webkit`. Each opens it as most pages are, and
// cross-origin isolated.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from '../../../scripts/workspace.mjs'

const outfile = join(root, 'node_modules/.cache/pixelrow/drive.mjs')
mkdirSync(join(outfile, '..'), { recursive: true })
// The browsers are those of the tests, which are TypeScript.
await build({
  entryPoints: [join(import.meta.dirname, 'drive.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
})
await import(pathToFileURL(outfile).href)
