import { type NvidiaLibrary, nvidiaTarget } from './nvidia.ts'

/**
 * The command that brings NVIDIA's packages into the cache, where they are found without any variable. pip replaces the whole folder, so what is
 * in it already is named again.
 */
export function pipCommand(missing: readonly NvidiaLibrary[], all: readonly NvidiaLibrary[], cache: string): string {
  const wanted = all.filter((one) => missing.includes(one) || one.by === 'pixelrow')
  const packages = [...new Set(wanted.flatMap((one) => one.package ?? []))]
  const words = ['-m', 'pip', 'install', '--upgrade', '--target', nvidiaTarget(cache), ...packages]
  return [process.env.PYTHON ?? 'python3', ...words].map(quoted).join(' ')
}

const quoted = (word: string): string => (/^[\w@%+=:,./~\\-]+$/.test(word) ? word : `'${word}'`)
