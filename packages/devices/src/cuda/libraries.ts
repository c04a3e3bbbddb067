/** A library of NVIDIA's that onnxruntime's provider loads, or opens when a model needs it. */
export interface WantedLibrary {
  /** Its name without version, such as `cublas`. */
  name: string
  /** Its file, such as `libcublas.so.13`. */
  library: string
  /** The package on PyPI that brings it, with the versions that fit; undefined for the driver's. */
  package?: string
  /** What it is needed for: any model, or convolutions and pooling alone. */
  neededFor: 'everything' | 'convolutions'
}

/** In the order in which one needs the other: what comes first must be there first. */
const order = ['cudart', 'cublasLt', 'cublas', 'curand', 'cufft', 'cuda', 'cudnn']

/** NVIDIA's name of the package, and the version of its library by CUDA's: cuRAND and cuFFT count for themselves. */
const packages: Record<string, { name: string; version: (cuda: number) => number }> = {
  cudart: { name: 'nvidia-cuda-runtime', version: (cuda) => cuda },
  cublasLt: { name: 'nvidia-cublas', version: (cuda) => cuda },
  cublas: { name: 'nvidia-cublas', version: (cuda) => cuda },
  curand: { name: 'nvidia-curand', version: () => 10 },
  cufft: { name: 'nvidia-cufft', version: (cuda) => cuda - 1 },
  cudnn: { name: 'nvidia-cudnn', version: () => 9 },
}

/**
 * The libraries of NVIDIA that a provider wants, in the order in which they must be loaded: those that it says it `needed`, the driver's, and
 * cuDNN, which it opens by itself. What a provider for a version of CUDA usually needs where it is not there to say.
 */
export function wantedLibraries(cuda: number, needed: readonly string[] = []): WantedLibrary[] {
  const named = needed.filter((library) => order.includes(nameOf(library)))
  const usual = ['cudart', 'cublasLt', 'cublas', 'curand'].map((name) => fileOf(name, packages[name]!.version(cuda)))
  const files = new Set([...(named.length > 0 ? named : usual), driverLibrary, fileOf('cudnn', 9)])
  const wanted = [...files].map((library) => wantedFrom(cuda, library, needed))
  return wanted.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
}

function wantedFrom(cuda: number, library: string, needed: readonly string[]): WantedLibrary {
  const name = nameOf(library)
  const known = packages[name]
  // From CUDA 13 on, the packages bear no number, but cuDNN's does.
  const ending = cuda < 13 || name === 'cudnn' ? `-cu${cuda}` : ''
  // Builds for CUDA 12 are loaded with cuDNN, later ones open it when a model convolves or pools.
  const neededFor = name === 'cudnn' && !needed.includes(library) ? 'convolutions' : 'everything'
  return { name, library, ...(known && { package: `${known.name}${ending}~=${known.version(cuda)}.0` }), neededFor }
}

/** The driver's library, which comes with the driver alone. */
const driverLibrary = 'libcuda.so.1'

const fileOf = (name: string, version: number): string => `lib${name}.so.${version}`

const nameOf = (library: string): string => /^lib([a-zA-Z]+)\.so/.exec(library)?.[1] ?? library
