import { type NvidiaLibrary, nvidiaTarget } from './nvidia.ts'

/**
 * The command that brings libraries of NVIDIA that are missing, as its words: with the user's pip, into a folder of the cache that sessions are led
 * to, whatever Python it is. Undefined where none is missing that a package brings. For `everything` cuDNN is left out.
 */
export function installCommand(
  libraries: readonly NvidiaLibrary[],
  { cache, neededFor }: { cache: string; neededFor: NvidiaLibrary['neededFor'] },
): string[] | undefined {
  const wanted = libraries.filter((one) => neededFor === 'convolutions' || one.neededFor === 'everything')
  if (wanted.every((one) => one.path || !one.package)) return undefined
  // With --target, pip replaces the whole folder, so what is in it is named again.
  const named = libraries.filter((one) => one.by === 'pixelrow' || (wanted.includes(one) && !one.path))
  const packages = [...new Set(named.flatMap((one) => one.package ?? []))]
  const python = process.env.PYTHON || (process.platform === 'win32' ? 'python' : 'python3')
  return [python, '-m', 'pip', 'install', '--upgrade', '--target', nvidiaTarget(cache), ...packages]
}
