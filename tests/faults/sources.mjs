// @ts-check
// Lines of the sources for places in the built code.
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { root } from './place.mjs'

/** @type {Map<string, SourceMap | undefined>} */
const maps = new Map()

/** @param {string} file */
function mapOf(file) {
  if (!maps.has(file)) {
    const path = join(root, `${file}.map`)
    maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined)
  }
  return maps.get(file)
}

/** A site of the preload, such as `rename packages/files/dist/index.js:12:3`, with lines of the sources. @param {string} site */
export const inSources = (site) =>
  site.replaceAll(
    /([^ ]+):(\d+):(\d+)/g,
    (place, file, line, column) => lineOf(file, Number(line), Number(column)) ?? place,
  )

/** @param {string} file @param {number} line @param {number} column */
function lineOf(file, line, column) {
  const found = mapOf(file)?.findEntry(line - 1, column - 1)
  if (!found || !('originalSource' in found)) return undefined
  const source = resolve(root, dirname(file), found.originalSource)
  return `${relative(root, source).replaceAll(sep, '/')}:${found.originalLine + 1}`
}
