import type { NvidiaLibrary } from '../cuda/nvidia.ts'
import { pipCommand } from '../cuda/pip.ts'
import type { Finding, Piece } from './types.ts'

/** The piece that a library belongs to, by the library's name without version. */
const pieces: Readonly<Record<string, Piece>> = {
  cudart: 'cudart',
  cublasLt: 'cublas',
  cublas: 'cublas',
  curand: 'curand',
  cufft: 'cufft',
  cudnn: 'cudnn',
}

/** NVIDIA's libraries beside the driver's, piece by piece, with one command for all that are missing. cuDNN is optional. */
export function nvidiaFindings(libraries: readonly NvidiaLibrary[], cache: string): Finding[] {
  const missing = libraries.filter((one) => one.package && !one.path)
  const needed = missing.filter(({ neededFor }) => neededFor === 'everything')
  const present = [...new Set(libraries.flatMap(({ name }) => pieces[name] ?? []))]
  return present.map((piece): Finding => {
    const own = libraries.filter(({ name }) => pieces[name] === piece)
    const gone = own.filter((one) => missing.includes(one))
    if (gone.length === 0) return { piece, ok: true, found: own.map(({ path }) => path).join(', ') }
    const isOptional = gone.every(({ neededFor }) => neededFor === 'convolutions')
    const fix = pipCommand(isOptional ? missing : needed, libraries, cache)
    const names = gone.map(({ library }) => library).join(' and ')
    const missingHere = `${names} ${gone.length === 1 ? 'is' : 'are'} missing`
    const reason = isOptional ? `${missingHere}, without which nothing convolves or pools` : missingHere
    return { piece, ok: false, ...(isOptional && { optional: true }), reason, fix }
  })
}
