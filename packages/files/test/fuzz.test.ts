import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extractZip, FileError, readZip } from '@pixelrow/files'
import { expect, test } from 'vitest'
import { fixture, listing, newFolder, readText } from './support.ts'
import { utf8, zipOf } from './writer.ts'

/** PIXELROW_FUZZ=200000 makes it a long test. */
const rounds = Number(process.env.PIXELROW_FUZZ ?? 2000)

/** Mulberry32: the same zips in every run. */
function generator(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const members = [
  { name: 'a.csv', data: '1,2\n'.repeat(40) },
  { name: 'dir/', method: 0 },
  { name: 'dir/b.csv', data: '3,4\n', method: 0 },
  { name: 'dir/c.bin', data: Uint8Array.from({ length: 500 }, (_, i) => i * i), descriptor: true },
]
const long = members.map((member) => ({ ...member, zip64: true }))
const bases = [
  zipOf(members),
  zipOf(members, { comment: 'a comment', prefix: utf8('#!/bin/sh\n') }),
  zipOf(long, { zip64: true }),
  new Uint8Array(readFileSync(fixture('zip-encrypted'))),
  new Uint8Array(readFileSync(fixture('python-bzip2'))),
  new Uint8Array(readFileSync(fixture('zip-zip64'))),
]
const signatures = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50]
const values = [0, 1, 0x7f, 0x80, 0xff, 0x2e, 0x2f, 0x5c]

/** One to three changes: bytes, numbers behind a signature, a cut, a piece removed, repeated or put elsewhere. */
function mutated(base: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = base.slice()
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(bytes.length)
    const kind = random(7)
    if (kind === 0) bytes[at] = random(256)
    else if (kind === 1) bytes[at]! ^= 1 << random(8)
    else if (kind < 4) atField(bytes, random)
    else if (kind === 4) bytes = random(2) ? bytes.slice(0, at) : bytes.slice(at)
    else {
      const piece = bytes.slice(at, at + 1 + random(80))
      const to = random(bytes.length)
      const rest = kind === 5 ? bytes.subarray(to) : bytes.subarray(Math.min(bytes.length, to + piece.length))
      bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, to), piece, rest]))
    }
    if (bytes.length === 0) return bytes
  }
  return bytes
}

function atField(bytes: Uint8Array, random: (below: number) => number): void {
  const view = new DataView(bytes.buffer)
  const found: number[] = []
  for (let at = 0; at + 4 <= bytes.length; at++) if (signatures.includes(view.getUint32(at, true))) found.push(at)
  if (found.length === 0) return
  const at = found[random(found.length)]! + 4 + random(60)
  for (let i = 0; i < 1 + random(4) && at + i < bytes.length; i++) bytes[at + i] = values[random(values.length)]!
}

/** What the bases hold; whatever comes out of a mutated zip is one of these, for its CRC-32 says so. */
async function originals(): Promise<Set<string>> {
  const all = new Set([''])
  for (const base of bases) {
    const zip = await readZip(base)
    for (const { name, directory, encrypted, method } of zip.entries)
      if (!directory && !encrypted && method !== 12) all.add(Buffer.from(await zip.bytes(name)).toString('latin1'))
  }
  return all
}

test(`${rounds} mutated zips are read right or refused with a sentence, and write nothing outside`, async () => {
  const random = generator(20240607)
  const known = await originals()
  const parent = newFolder()
  const [out, canary] = [join(parent, 'out'), join(parent, 'canary')]
  writeFileSync(canary, 'alive')
  const counts = { read: 0, refused: 0, unpacked: 0 }
  for (let round = 0; round < rounds; round++) {
    const bytes = mutated(bases[random(bases.length)]!, random)
    const seen = (error: unknown) => {
      if (!(error instanceof FileError)) throw new Error(`round ${round}: ${error}`, { cause: error })
      expect(error.message).toMatch(/\.$/)
      counts.refused++
    }
    const zip = await readZip(bytes).catch(seen)
    for (const { name, directory } of zip?.entries ?? []) {
      const content = directory ? undefined : await zip!.bytes(name).catch(seen)
      if (!content) continue
      counts.read++
      expect(known.has(Buffer.from(content).toString('latin1')), `round ${round}, ${name}`).toBe(true)
    }
    if (!zip) continue
    const done = await extractZip(bytes, out).catch(seen)
    if (done) counts.unpacked++
    const there = listing(parent).filter((name) => !/^out($|[/\\])/.test(name) || name.endsWith('.tmp'))
    expect(there, `round ${round}`).toEqual(['canary'])
    rmSync(out, { recursive: true, force: true })
  }
  expect(readText(canary)).toBe('alive')
  // Neither all of them too broken nor all untouched.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(rounds / 50)
}, 600_000)
