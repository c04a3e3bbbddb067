import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Format, requireSentence, Wrong } from './format.ts'

const faults: Record<string, () => unknown> = {
  wrong: () => {
    throw new Wrong('1 is not 2')
  },
  raw: () => (undefined as unknown as { a: number }).a,
  long: () => requireSentence('x'.repeat(400)),
  memory: () => new Uint8Array(1 << 26).fill(1),
  time: () => {
    for (const began = process.cpuUsage().user; process.cpuUsage().user < began + 120_000; );
  },
  elsewhere: () => writeFileSync(join(tmpdir(), 'pixelrow-fuzz-elsewhere'), ''),
  code: () => new Function('return 1')(),
  exit: () => process.exit(7),
}

/** What no reader may do, to try the fuzzer on: PIXELROW_FAULT names it. */
export const broken: Format<number> = {
  cases: fc.nat(9),
  bytes: () => new Uint8Array(1),
  read: async () => void faults[process.env.PIXELROW_FAULT ?? '']?.(),
  memory: { most: 32e6, perByte: 1 },
  time: 60,
}
