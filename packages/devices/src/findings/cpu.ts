import { availableParallelism, cpus } from 'node:os'
import { below, textOf } from './files.ts'
import type { Finding } from './types.ts'

/** The instruction sets that decide how fast onnxruntime computes, as Linux calls them, with their usual names. */
const instructionSets: Readonly<Record<string, string>> = {
  avx: 'AVX',
  avx2: 'AVX2',
  fma: 'FMA',
  avx512f: 'AVX-512',
  avx512_vnni: 'VNNI',
  avx_vnni: 'AVX-VNNI',
  avx512_bf16: 'BF16',
  amx_tile: 'AMX',
  asimd: 'NEON',
  asimdhp: 'FP16',
  i8mm: 'I8MM',
  sve: 'SVE',
}

/** The processor: its model, threads, instruction sets. */
export function lookAtProcessor(root: string): { name: string; findings: Finding[] } {
  const about = textOf(below(root, '/proc/cpuinfo')) ?? ''
  const name = (/^model name\s*: (.*)$/m.exec(about)?.[1] ?? cpus()[0]?.model ?? '').trim() || process.arch
  const threads = availableParallelism()
  const flags = new Set(/^(?:flags|Features)\s*: (.*)$/m.exec(about)?.[1]?.split(' ') ?? [])
  const sets = Object.keys(instructionSets).flatMap((flag) => (flags.has(flag) ? [instructionSets[flag]] : []))
  const found = [name, `${threads} ${threads === 1 ? 'thread' : 'threads'}`, ...(sets.length ? [sets.join(' ')] : [])]
  return { name, findings: [{ piece: 'processor', ok: true, found: found.join(', ') }] }
}
