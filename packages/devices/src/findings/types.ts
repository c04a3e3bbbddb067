import type { PreloadOptions } from '../cuda/types.ts'

/** What can be asked about: CUDA on NVIDIA's GPUs, WebGPU on any GPU (Vulkan, Metal or Direct3D 12 below it), the processor. */
export type DeviceName = 'cuda' | 'webgpu' | 'cpu'

/** One piece that a device needs. */
export type Piece =
  /** onnxruntime-node, its native library for this machine, and its version. */
  | 'runtime'
  /** The processor. */
  | 'processor'
  /** The operating system and the architecture. */
  | 'platform'
  /** A graphics card that the device can use. */
  | 'gpu'
  /** NVIDIA's kernel driver. */
  | 'driver'
  /** The driver's library, `libcuda.so.1`. */
  | 'libcuda'
  /** onnxruntime's CUDA provider, of exactly the version of onnxruntime-node. */
  | 'provider'
  /** The provider's code for this very card. */
  | 'gpu-code'
  /** CUDA's runtime, `libcudart`. */
  | 'cudart'
  /** `libcublas` and `libcublasLt`: matrix products. */
  | 'cublas'
  /** `libcurand`: random numbers. */
  | 'curand'
  /** `libcufft`: Fourier transforms, which providers for CUDA 12 want. */
  | 'cufft'
  /** `libcudnn`: convolutions and pooling. A net of dense layers runs without. */
  | 'cudnn'
  /** Vulkan's loader, `libvulkan.so.1`. */
  | 'vulkan-loader'
  /** A Vulkan driver: a manifest and the library that it names. */
  | 'vulkan-driver'
  /** Metal, a part of macOS. */
  | 'metal'
  /** Direct3D 12, a part of Windows. */
  | 'd3d12'
  /** A session made, and a matrix product and a convolution computed and compared, in a process of its own. */
  | 'trial'

/** What was found of one piece. */
export interface Finding {
  piece: Piece
  ok: boolean
  /** Not there for a piece that the device cannot do without; true for one that some models need. */
  optional?: true
  /** What is there: a version, a path, a name. */
  found?: string
  /** What is wrong, as a sentence without its full stop; there where `ok` is false. */
  reason?: string
  /** What mends it: a command to paste, or a sentence, which ends in a full stop. There where `ok` is false. */
  fix?: string
}

/** What WebGPU computes on. */
export interface Adapter {
  /** Its name, as its driver tells it. */
  name: string
  /** `software` is the processor that plays a graphics card: right, and slower than the device `cpu`. */
  type: 'hardware' | 'software'
  /** What WebGPU stands on here. */
  backend: 'Vulkan' | 'Metal' | 'D3D12'
}

/** How long a trial took, in milliseconds, all told in the process that ran it. */
export interface Trial {
  /** From onnxruntime's loading to the first session. */
  sessionMs: number
  /** The first matrix product, which compiles or loads code. */
  firstRunMs: number
  /** The matrix product again: 64 × 64 by 64 × 64, in and out. */
  runMs: number
  /** False where convolutions do not run, such as CUDA without cuDNN. */
  convolves: boolean
}

/** What is known of a device. */
export interface DeviceReport {
  device: DeviceName
  /** Nothing that it needs is missing; after a trial also: it computes, and rightly. */
  works: boolean
  /** What computes: the card's or the processor's name. */
  name?: string
  /** For WebGPU, once it is known. */
  adapter?: Adapter
  /** All pieces, in the order in which they are needed. */
  findings: Finding[]
  /** The first missing piece's sentence, without its full stop. */
  reason?: string
  /** The first missing piece's command, or its sentence, which ends in a full stop. */
  fix?: string
  /** Not there where none was made, or where it failed: then the finding `trial` has the reason. */
  trial?: Trial
}

/** What is looked at: `runtime` is onnxruntime-node's entry, as `createRequire(import.meta.url).resolve('onnxruntime-node')` gives it. */
export interface LookOptions extends PreloadOptions {
  /** Which devices, in the order of the reports. Default cuda, webgpu, cpu. */
  devices?: readonly DeviceName[]
}

/** What is looked at and tried. */
export interface SurveyOptions extends LookOptions {
  /** How long one trial may take, in seconds, before it counts as hung. Default 120. */
  seconds?: number
  /** Ends it, and the processes that it has started. */
  signal?: AbortSignal
}
