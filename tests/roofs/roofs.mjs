// @ts-check
// The roofs under which the packages are tried: how each installs them, and what it runs then.

import { pages } from './pages.mjs'

/**
 * @typedef {object} Roof
 * @property {string} name
 * @property {Step} install The command that installs our packages and what `with` names.
 * @property {string[]} [with] What else is installed.
 * @property {Record<string, string>} [files] Files of the project beside `app.mjs` and `app.cjs`.
 * @property {Step[]} runs
 * @property {RegExp} [prints] What the last of them prints, and each before it that has the job done (`run`). Default: `64 of 64`, on a line of its own.
 */
/** A command and its words. @typedef {string[]} Step */

/** What an application that trains and classifies depends on. */
export const ours = ['@pixelrow/data', '@pixelrow/model', '@pixelrow/train', '@pixelrow/export', '@pixelrow/infer-node']

const npx = (/** @type {string} */ tool, /** @type {string[]} */ ...words) => ['npx', '-y', tool, ...words]
const yarn = (/** @type {string[]} */ ...words) => npx('@yarnpkg/cli-dist@4', ...words)
const pnp = { '.yarnrc.yml': 'nodeLinker: pnp\n' }
const bothKinds = [
  ['node', 'app.cjs', 'run'],
  ['node', 'app.mjs', 'run'],
]
/** Node of another version, as npm's package `node` brings it. */
const nodeOf = (/** @type {number} */ major, /** @type {string[]} */ ...words) => [
  'npx',
  '-y',
  '-p',
  `node@${major}`,
  'node',
  ...words,
]
const npmInstall = ['npm', 'install']

/** @param {string} name @param {Omit<Roof, 'name' | 'install'>} rest @returns {Roof} */
const onNpm = (name, rest) => ({ name, install: npmInstall, ...rest })

const resolutions = ['node16', 'nodenext', 'bundler']

const typed = `import { mlp } from '@pixelrow/model'
import { fit, type FitOptions } from '@pixelrow/train'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
const options: FitOptions = { epochs: 1 }
export async function main(table: Parameters<typeof fit>[1]): Promise<number> {
  const { model } = await fit(mlp(table, { hidden: [8] }), table, options)
  const classifier = await load(toOnnx(model))
  const { labels } = await classifier.predict(table.pixels)
  return labels.length
}
`

/** @type {Roof[]} */
export const roofs = [
  // Installers.
  { name: 'npm 10', install: npx('npm@10', 'install'), runs: bothKinds },
  { name: 'npm 11', install: npx('npm@11', 'install'), runs: bothKinds },
  { name: 'npm 11 --ignore-scripts', install: npx('npm@11', 'install', '--ignore-scripts'), runs: bothKinds },
  {
    name: 'npm 12 on Node 22',
    install: ['npx', '-y', '-p', 'node@22', '-p', 'npm@12', 'npm', 'install'],
    runs: bothKinds,
  },
  { name: 'pnpm 10', install: npx('pnpm@10', 'install'), runs: bothKinds },
  {
    name: 'pnpm 11 on Node 22',
    install: ['npx', '-y', '-p', 'node@22', '-p', 'pnpm@11', 'pnpm', 'install'],
    runs: bothKinds,
  },
  { name: 'pnpm 12', install: npx('pnpm@12', 'install'), runs: bothKinds },
  { name: 'yarn 1', install: npx('yarn@1', 'install'), runs: bothKinds },
  {
    name: 'yarn 4, node-modules',
    install: yarn('install'),
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\n' },
    runs: bothKinds,
  },
  {
    name: 'yarn 4, PnP',
    install: yarn('install'),
    files: pnp,
    runs: ['app.cjs', 'app.mjs'].map((file) => yarn('node', file, 'run')),
  },
  // Pictures, by an optional peer that the application has and the packages between hand on.
  ...[
    { name: 'npm 11', install: npx('npm@11', 'install'), node: ['node'] },
    { name: 'pnpm 12', install: npx('pnpm@12', 'install'), node: ['node'] },
    { name: 'yarn 4, PnP', install: yarn('install'), node: yarn('node'), files: pnp },
  ].map(({ name, install, node, files = {} }) => ({
    name: `${name}, with sharp`,
    install,
    files,
    with: ['sharp@0.35'],
    runs: ['app.cjs', 'app.mjs'].map((file) => [...node, file, 'run', 'picture']),
    prints: /^64 of 64, the picture is 1$/m,
  })),
  { name: 'bun installs, Node runs', install: npx('bun@1', 'install'), runs: bothKinds },
  { name: 'bun', install: npx('bun@1', 'install'), runs: [npx('bun@1', 'app.mjs', 'run')] },
  {
    name: 'deno',
    install: npx('deno@2', 'install'),
    runs: [npx('deno@2', 'run', '-A', 'app.mjs', 'run')],
  },
  // Versions of Node.
  ...[20, 22, 24, 26].map((major) =>
    onNpm(`Node ${major}`, { runs: ['app.cjs', 'app.mjs'].map((file) => nodeOf(major, file, 'run')) }),
  ),
  // Test runners.
  onNpm('Jest', {
    with: ['jest@30'],
    files: { 'app.test.cjs': inTest('const { main } = require("./app.cjs")') },
    runs: [npx('jest', '--json', '--testMatch', '**/*.test.cjs')],
    prints: /"numPassedTests":1,/,
  }),
  ...['forks', 'threads', 'vmForks', 'vmThreads'].map((pool) =>
    onNpm(`vitest, ${pool}`, {
      with: ['vitest@4'],
      files: { 'app.test.mjs': inTest('import { expect, test } from "vitest"\nimport { main } from "./app.mjs"') },
      runs: [npx('vitest', 'run', `--pool=${pool}`)],
      prints: /1 passed/,
    }),
  ),
  // Bundlers.
  onNpm('esbuild, ESM', {
    with: ['esbuild@0.27'],
    runs: [esbuild('esm', 'out.mjs'), ['node', 'out.mjs', 'run']],
  }),
  onNpm('esbuild, CJS', {
    with: ['esbuild@0.27'],
    runs: [esbuild('cjs', 'out.cjs'), ['node', 'out.cjs', 'run']],
  }),
  onNpm('rollup', {
    with: ['rollup@4', '@rollup/plugin-node-resolve@16', '@rollup/plugin-commonjs@29', '@rollup/plugin-json@6'],
    files: { 'rollup.config.mjs': rollupConfig() },
    runs: [npx('rollup', '-c'), ['node', 'out/app.mjs', 'run']],
  }),
  onNpm('webpack', {
    with: ['webpack@5', 'webpack-cli@6'],
    files: { 'webpack.config.cjs': webpackConfig() },
    runs: [npx('webpack'), ['node', 'out/app.mjs', 'run']],
  }),
  onNpm('@vercel/ncc', {
    with: ['@vercel/ncc@0.38'],
    runs: [npx('ncc', 'build', 'app.cjs', '-o', 'out', '-q'), ['node', 'out/index.js', 'run']],
  }),
  // Compilers, from the first on that knows what memory an array has (`Uint8Array<ArrayBuffer>`).
  ...['5.7', '5.8', '5.9', '6', '7'].map((version) =>
    onNpm(`TypeScript ${version}`, {
      with: [`typescript@${version}`],
      files: {
        'app.ts': typed,
        ...Object.fromEntries(resolutions.map((each) => [`tsconfig.${each}.json`, tsconfig(each)])),
      },
      runs: resolutions.map((each) => npx('tsc', '-p', `tsconfig.${each}.json`)),
      prints: /^$/,
    }),
  ),
  ...pages,
]

/** @param {string} head */
function inTest(head) {
  return `${head}\ntest('a model trains and classifies', async () => expect(await main()).toBe('64 of 64'), 60_000)\n`
}

/** @param {string} format @param {string} file */
function esbuild(format, file) {
  // What the native library lies in stays outside; what is optional is not there.
  const external = ['onnxruntime-node', 'onnxruntime-web', '@pixelrow/runtime', '@tensorflow/*', 'sharp']
  const words = ['app.mjs', '--bundle', '--platform=node', `--format=${format}`, `--outfile=${file}`]
  return npx('esbuild', ...words, ...external.map((name) => `--external:${name}`))
}

function rollupConfig() {
  return `import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import resolve from '@rollup/plugin-node-resolve'
export default {
  input: 'app.mjs',
  output: { dir: 'out', entryFileNames: '[name].mjs' },
  external: [/^onnxruntime-/, /^@pixelrow\\/runtime/, /^@tensorflow\\//, 'sharp'],
  plugins: [resolve({ preferBuiltins: true }), commonjs(), json()],
  onwarn: (warning) => { if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(warning.message) },
}
`
}

function webpackConfig() {
  return `module.exports = {
  mode: 'production',
  target: 'node20',
  entry: './app.mjs',
  experiments: { outputModule: true },
  output: { path: __dirname + '/out', filename: 'app.mjs', module: true, chunkFormat: 'module' },
  stats: 'errors-warnings',
}
`
}

/** @param {string} moduleResolution */
function tsconfig(moduleResolution) {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
    moduleResolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
  }
  return JSON.stringify({ compilerOptions, files: ['app.ts'] })
}
