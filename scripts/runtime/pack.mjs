// @ts-check
// `npm run runtime:pack -- --out FOLDER`: the packages that @pixelrow/runtime takes, one for each platform, as tarballs to publish. What npm has published of
// onnxruntime is fetched and checked against the sums in pnpm-lock.yaml. `--platform NAME` makes one of them, `--installed` takes what is in node_modules, which
// pnpm has checked when it installed it.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from '../run.mjs'
import { root } from '../workspace.mjs'
import { all, here, installed, repack } from './repack.mjs'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    platform: { type: 'string', multiple: true },
    installed: { type: 'boolean' },
  },
})
if (values.out === undefined) throw new Error('Say where the tarballs go: --out FOLDER')
const out = resolve(values.out)
const wanted = values.platform?.map(platformNamed) ?? all

const work = mkdtempSync(join(tmpdir(), 'pixelrow-runtime-'))
try {
  const sources = values.installed
    ? installed()
    : { node: await published('onnxruntime-node'), web: await published('onnxruntime-web') }
  mkdirSync(out, { recursive: true })
  for (const platform of wanted) {
    const folder = join(work, platform.platform)
    repack(platform, sources, folder)
    const [{ filename, size, unpackedSize }] = JSON.parse(
      await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out, folder]),
    )
    console.log(`${filename}  ${megabytes(size)} MB, unpacked ${megabytes(unpackedSize)} MB`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** @param {string} name */
function platformNamed(name) {
  const found = name === 'here' ? here : all.find(({ platform }) => platform === name)
  if (found) return found
  throw new Error(`There is no platform ${name}: ${all.map(({ platform }) => platform).join(', ')}, or here`)
}

/** Fetches a package as npm has it, checks its sum, and unpacks it. @param {string} name */
async function published(name) {
  const { version, integrity } = locked(name)
  const [{ filename }] = JSON.parse(
    await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work, `${name}@${version}`]),
  )
  const tarball = join(work, filename)
  const sum = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  if (sum !== integrity)
    throw new Error(`${name} ${version}: expected ${integrity}, as pnpm-lock.yaml has it, found ${sum}`)
  const folder = join(work, name)
  mkdirSync(folder)
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  return folder
}

/** @param {string} name */
function locked(name) {
  const text = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
  const found = new RegExp(`\\n {2}${name}@([\\d.]+):\\n {4}resolution: \\{integrity: (sha512-[^}]+)\\}`).exec(text)
  if (!found) throw new Error(`pnpm-lock.yaml does not say which ${name} it has`)
  return { version: /** @type {string} */ (found[1]), integrity: /** @type {string} */ (found[2]) }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1)
}
