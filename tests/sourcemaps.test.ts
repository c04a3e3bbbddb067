import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root, workspaces } from '../scripts/workspace.mjs'

const published = workspaces().filter(({ manifest }) => !manifest.private)

/** The built modules of a package that name a source map, each with what the map says. */
function mapped(folder: string) {
  const dist = join(root, folder, 'dist')
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
  return modules.flatMap((file) => {
    const path = join(dist, file)
    const [, map] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(path, 'utf8')) ?? []
    if (map === undefined) return []
    const { sources } = JSON.parse(readFileSync(join(dirname(path), map), 'utf8')) as { sources: string[] }
    return [{ file, sources: sources.map((source) => pathOf(source, dirname(path))) }]
  })
}

/** Code that the build has put in as text is named by its path in the package, behind the plugin's name. */
function pathOf(source: string, folder: string): string {
  const [, inPackage] = /^[\w-]+:(.*)$/.exec(source) ?? []
  const path = inPackage === undefined ? join(folder, source) : join(folder, '..', inPackage)
  return path.replace(/\?.*$/, '')
}

test.each(published.map(({ folder }) => folder))('%s has maps from what is built to its sources', (folder) => {
  const all = mapped(folder)
  const files = all.map(({ file }) => file)
  expect(files).toContain('index.js')
  const sources = all.flatMap((each) => each.sources)
  expect(sources.some((path) => path.endsWith('.ts'))).toBe(true)
  expect(sources.filter((path) => !existsSync(path))).toEqual([])
})

test('a stack names the line of the source', () => {
  const script = "const { read } = await import('@pixelrow/onnx'); read(Uint8Array.of(8))"
  const args = ['--enable-source-maps', '--input-type=module', '--eval', script]
  const { stderr } = spawnSync(process.execPath, args, { cwd: join(root, 'packages/export'), encoding: 'utf8' })
  expect(stderr).toMatch(/OnnxError/)
  const [, file, line] = /(packages[/\\]onnx[/\\]src[/\\]\S+\.ts):(\d+):\d+/.exec(stderr) ?? []
  expect(readFileSync(join(root, file!), 'utf8').split('\n').length).toBeGreaterThanOrEqual(Number(line))
})
