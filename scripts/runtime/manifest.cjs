// @ts-check
// The manifests of @pixelrow/runtime and of its platforms' packages, as they are published.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

/** The version of onnxruntime that is repacked: that of which the notices are kept. */
const version = readFileSync(join(__dirname, 'notices/VERSION'), 'utf8').trim()
const platforms = /** @type {Platform[]} */ (require('./platforms.json'))

/** @typedef {{ platform: string, os: string, cpu: string, libc?: string, kind: 'native' | 'wasm' }} Platform */

/** @param {string} platform */
const nameOf = (platform) => `@pixelrow/runtime-${platform}`

/**
 * In this clone @pixelrow/runtime depends on onnxruntime-node, whose binaries for all platforms and whose install script a published package must
 * not bring: there it has the platforms' packages, of which an installer takes the one that fits. An application's own onnxruntime-node is
 * an optional peer in any version: one that does not fit is passed over, and is no reason for an installer to give up.
 * @param {Record<string, any>} manifest
 */
function forRelease(manifest) {
  if (manifest.name !== '@pixelrow/runtime') return manifest
  const { 'onnxruntime-node': _, ...dependencies } = manifest.dependencies
  return {
    ...manifest,
    dependencies,
    optionalDependencies: Object.fromEntries(platforms.map(({ platform }) => [nameOf(platform), version])),
    peerDependencies: { 'onnxruntime-node': '*' },
    peerDependenciesMeta: { 'onnxruntime-node': { optional: true } },
  }
}

module.exports = { forRelease, nameOf, platforms, version }
