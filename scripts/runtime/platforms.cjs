// @ts-check
// The platforms of which @pixelrow/runtime has packages.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

/** @typedef {{ platform: string, os: string, cpu: string, libc?: string, kind: 'native' | 'wasm' }} Platform */

const platforms = /** @type {Platform[]} */ (require('./platforms.json'))

/** The version of onnxruntime that is repacked: that of which the notices are kept. */
const version = readFileSync(join(__dirname, 'notices/VERSION'), 'utf8').trim()

/** @param {string} platform */
const nameOf = (platform) => `@pixelrow/runtime-${platform}`

module.exports = { nameOf, platforms, version }
