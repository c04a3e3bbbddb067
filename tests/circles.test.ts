import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { workspaces } from '../scripts/workspace.mjs'
import { circlesOf } from './circles.ts'
import { importsBetween, sourcesOf } from './imports.ts'

/** The one circle that stands: ONNX's own messages hold one another, an attribute a graph and a graph's nodes attributes. */
const standing: Record<string, string[][]> = {
  'packages/onnx': [['packages/onnx/src/attributeproto.ts', 'packages/onnx/src/graphproto.ts']],
}

describe.each(workspaces().map(({ folder }) => folder))('%s', (folder) => {
  test('has no circle of files, types and lazy imports included', () => {
    const files = sourcesOf(folder, 'src')
    const edges = new Map(files.map((file) => [file, importsBetween(file, files)]))
    // One file alone has nothing of its package to import.
    if (files.length > 1) expect([...edges.values()].flat().length, 'imports found').toBeGreaterThan(0)
    expect(circlesOf(edges)).toEqual(standing[folder] ?? [])
  })
})

test('circles are found: a file is in one just where it reaches itself', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const edge = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names))
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 14 }), (list) => {
      const edges = new Map(names.map((name) => [name, list.filter(([from]) => from === name).map(([, to]) => to)]))
      const reached = (from: string, seen = new Set<string>()): Set<string> => {
        for (const next of edges.get(from)!) if (!seen.has(next)) reached(next, seen.add(next))
        return seen
      }
      const circular = names.filter((name) => reached(name).has(name))
      const circles = circlesOf(edges)
      expect(circles.flat().sort()).toEqual(circular)
      for (const circle of circles)
        for (const one of circle) expect([...reached(one)]).toEqual(expect.arrayContaining(circle))
    }),
  )
})
