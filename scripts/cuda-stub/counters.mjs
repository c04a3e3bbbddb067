// @ts-check
// The counters that the stub keeps in a file that other processes read while it counts.
import { readFileSync, writeFileSync } from 'node:fs'

/** In the order in which stub.c has them. */
export const counters = /** @type {const} */ ([
  'launches',
  'libraryCalls',
  'syncs',
  'uploads',
  'uploadedBytes',
  'downloads',
  'downloadedBytes',
  'copies',
  'allocations',
  'allocatedBytes',
])

/** @typedef {Record<typeof counters[number], number>} Counts */

/** Makes the file, all counters 0. @param {string} path */
export const openCounters = (path) => writeFileSync(path, new Uint8Array(counters.length * 8))

/** What has been counted so far. @param {string} path @returns {Counts} */
export function readCounters(path) {
  const bytes = readFileSync(path)
  return /** @type {Counts} */ (
    Object.fromEntries(counters.map((name, i) => [name, Number(bytes.readBigInt64LE(8 * i))]))
  )
}

/** What was counted between two readings. @param {Counts} before @param {Counts} after @returns {Counts} */
export const counted = (before, after) =>
  /** @type {Counts} */ (Object.fromEntries(counters.map((name) => [name, after[name] - before[name]])))
