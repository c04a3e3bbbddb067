import { expect, test } from 'vitest'
import release from '../scripts/published.cjs'
import { workspaces } from '../scripts/workspace.mjs'

const manifests = new Map(
  workspaces()
    .filter(({ manifest }) => !manifest.private)
    .map(({ name, manifest }) => [name, release.published(manifest)]),
)

test('what is optional for a package is an optional peer of each that depends on it, or comes with that', () => {
  for (const [name, { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }] of manifests) {
    for (const dependency of Object.keys(dependencies)) {
      for (const peer of Object.keys(manifests.get(dependency)?.peerDependenciesMeta ?? {})) {
        const how = [peerDependenciesMeta[peer]?.optional && peerDependencies[peer], dependencies[peer]]
        expect(how.filter(Boolean), `${name} > ${dependency} > ${peer}`).toHaveLength(1)
      }
    }
  }
  const { peerDependencies } = manifests.get('pixelrow')!
  expect(Object.keys(peerDependencies)).toEqual(
    expect.arrayContaining(['sharp', 'onnxruntime-web', '@tensorflow/tfjs']),
  )
})
