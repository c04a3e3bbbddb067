// @ts-check
// What onnxruntime has published, as packages that have one platform's binaries and no scripts.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from '../workspace.mjs'
import runtime from './platforms.cjs'

const { nameOf, platforms, version: noticed } = runtime
const notices = join(root, 'scripts/runtime/notices')

/** @typedef {import('./platforms.cjs').Platform} Platform */
/** The folders of the packages onnxruntime-node and onnxruntime-web. @typedef {{ node: string, web: string }} Sources */

/** The platforms of which a package is made. */
export const all = platforms

/** The platform that this process runs on; undefined where no package is made for it. */
export const here = platforms.find(
  ({ os, cpu, libc = 'glibc' }) =>
    os === process.platform && cpu === process.arch && (os !== 'linux' || libc === libcOfThis()),
)

/**
 * Writes the package of a platform into a folder, which is emptied before, and gives its name and version.
 * @param {Platform} platform @param {Sources} sources @param {string} folder
 */
export function repack(platform, sources, folder) {
  const isNative = platform.kind === 'native'
  const source = isNative ? sources.node : sources.web
  const { name: repacks, version } = manifestOf(source)
  requireNotices(version)
  const files = isNative ? nativeFiles(source, platform) : wasmFiles
  rmSync(folder, { recursive: true, force: true })
  for (const file of files) {
    if (!existsSync(join(source, file))) throw new Error(`${repacks} ${version} has no ${file}`)
    cpSync(join(source, file), join(folder, file))
  }
  for (const file of ['LICENSE', 'ThirdPartyNotices.txt']) cpSync(join(notices, file), join(folder, file))
  const manifest = manifestFor(platform, sources)
  const { name } = manifest
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(folder, 'README.md'), readme(name, repacks, version))
  return { name, version }
}

/**
 * The manifest of a platform's package.
 * @param {Platform} platform @param {Sources} sources
 */
export function manifestFor({ platform, os, cpu, libc, kind }, sources) {
  const isNative = kind === 'native'
  const { name: repacks, version, dependencies, license } = manifestOf(isNative ? sources.node : sources.web)
  return {
    name: nameOf(platform),
    version,
    description: `${repacks} ${version} for ${platform}, as published, without install scripts`,
    license,
    main: isNative ? 'dist/index.js' : 'dist/ort.node.min.js',
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    dependencies: { 'onnxruntime-common': dependencies['onnxruntime-common'] },
    // What tells this package from others: see packages/runtime/src/find.ts.
    pixelrow: { repacks },
  }
}

/** The onnxruntime-node and -web that are installed in this clone, which pnpm has checked. @returns {Sources} */
export function installed() {
  const folderOf = (/** @type {string} */ name, /** @type {string} */ from) =>
    dirname(dirname(createRequire(join(root, from, 'package.json')).resolve(name)))
  return { node: folderOf('onnxruntime-node', '.'), web: folderOf('onnxruntime-web', 'packages/infer-web') }
}

/** What a process in Node needs of onnxruntime-web. */
const wasmFiles = ['ort.node.min.js', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'].map(
  (file) => `dist/${file}`,
)

/** @param {string} source @param {Platform} platform */
function nativeFiles(source, { os, cpu }) {
  const code = readdirSync(join(source, 'dist')).filter((file) => file.endsWith('.js'))
  const [napi] = readdirSync(join(source, 'bin'))
  const folder = `bin/${napi}/${os}/${cpu}`
  const binaries = readdirSync(join(source, folder)).filter((file) => !isProvider(file))
  return [...code.map((file) => `dist/${file}`), ...binaries.map((file) => `${folder}/${file}`)]
}

/** What onnxruntime-node's own script or `pixelrow setup cuda` placed there is not of the package. @param {string} file */
const isProvider = (file) => /providers_|^\.pixelrow/.test(file)

/** @param {string} version */
function requireNotices(version) {
  if (noticed === version) return
  throw new Error(
    `scripts/runtime/notices has the licence and notices of onnxruntime ${noticed}, and ${version} is repacked: ` +
      `take both out of PyPI's wheel onnxruntime==${version}, and write ${version} into VERSION`,
  )
}

/** @param {string} folder */
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

function libcOfThis() {
  const { header } = /** @type {any} */ (process.report?.getReport() ?? {})
  return header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}

/** @param {string} name @param {string} repacks @param {string} version */
const readme = (name, repacks, version) => `# ${name}

The files of [${repacks}](https://www.npmjs.com/package/${repacks}) ${version} that one platform needs, unchanged, in a package without install scripts.
\`@pixelrow/runtime\` takes it by itself; there is no reason to install it by hand. onnxruntime is Microsoft's, under the MIT licence: LICENSE,
ThirdPartyNotices.txt.
`
