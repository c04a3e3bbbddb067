// @ts-check
// The roofs of pages: what bundles them, and the browsers in which they run.
import { fileURLToPath } from 'node:url'

/** @typedef {import('./roofs.mjs').Roof} Roof */

const script = (/** @type {string} */ name) => fileURLToPath(new URL(`pages/${name}`, import.meta.url))
const npx = (/** @type {string[]} */ ...words) => ['npx', ...words]

/**
 * A page that npm installs, a tool builds, and browsers open.
 * @param {string} name @param {{ app: string, with: string[], build: string[][], out: string, browsers?: string[] }} page @returns {Roof}
 */
function page(name, { app, with: others, build, out, browsers = ['chromium'] }) {
  return {
    name,
    install: ['npm', 'install'],
    with: ['@pixelrow/infer-web', ...others],
    runs: [['node', script('lay.mjs'), app], ...build, ['node', script('drive.mjs'), out, ...browsers]],
    prints: /every page is right/,
  }
}

const vite = { app: 'vite', with: ['vite@8'], build: [npx('vite', 'build')], out: 'dist' }

/** @type {Roof[]} */
export const pages = [
  page('page, Vite', vite),
  page('page, webpack', {
    app: 'webpack',
    with: ['webpack@5', 'webpack-cli@6'],
    build: [npx('webpack'), ['cp', 'index.html', 'dist/index.html']],
    out: 'dist',
  }),
  page('page, Parcel', {
    app: 'parcel',
    with: ['parcel@2'],
    build: [
      ['npm', 'pkg', 'set', '@parcel/resolver-default.packageExports=true', '--json'],
      npx('parcel', 'build', 'index.html', '--no-cache'),
    ],
    out: 'dist',
  }),
  page('page, Rollup', {
    app: 'rollup',
    with: ['rollup@4', '@rollup/plugin-node-resolve@16'],
    build: [npx('rollup', '-c'), ['node', 'copy.mjs']],
    out: 'dist',
  }),
  page('page, Next', {
    app: 'next',
    with: ['next@16', 'react@19', 'react-dom@19'],
    build: [npx('next', 'build')],
    out: 'out',
  }),
  page('page, Nuxt', { app: 'nuxt', with: ['nuxt@4'], build: [npx('nuxt', 'generate')], out: '.output/public' }),
  page('page, SvelteKit', {
    app: 'sveltekit',
    with: ['@sveltejs/kit@2', '@sveltejs/adapter-static@3', 'svelte@5', 'vite@7', '@sveltejs/vite-plugin-svelte@6'],
    build: [npx('vite', 'build')],
    out: 'build',
  }),
  ...['jsdom@26', 'happy-dom@20'].map((dom) => ({
    name: `page, ${dom.replace(/@.*/, '')}`,
    install: ['npm', 'install'],
    with: ['@pixelrow/infer-web', 'vitest@4', dom],
    runs: [['node', script('lay.mjs'), 'dom'], npx('vitest', 'run', `--environment=${dom.replace(/@.*/, '')}`)],
    prints: /2 passed/,
  })),
  // What Debian installs: firefox-esr, and MiniBrowser of webkit2gtk with xvfb.
  page('page, Firefox', { ...vite, browsers: ['firefox'] }),
  page('page, WebKitGTK', { ...vite, browsers: ['webkit'] }),
]
