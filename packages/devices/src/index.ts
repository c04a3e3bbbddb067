export { attemptOf, type DeviceAttempt } from './attempt.ts'
export { commitOf } from './cuda/commit.ts'
export { hasCodeFor, shownTargets, type Targets } from './cuda/fatbin.ts'
export { type NvidiaGpu, nvidiaGpus } from './cuda/gpus.ts'
export type { WantedLibrary } from './cuda/libraries.ts'
export { findNvidia, findVulkanLoader, type NvidiaLibrary } from './cuda/nvidia.ts'
export { type Provider, type ProviderOwner, providerOf } from './cuda/provider.ts'
export { removeCuda } from './cuda/remove.ts'
export { type OnnxRuntime, runtimeAt } from './cuda/runtime.ts'
export { type CudaGpu, type CudaSetup, setupCuda } from './cuda/setup.ts'
export type { PlaceOptions, RemoveCudaOptions, SetupCudaOptions } from './cuda/types.ts'
export { SetupError, type SetupErrorCode } from './error.ts'
export type {
  Adapter,
  DeviceName,
  DeviceReport,
  Finding,
  LookOptions,
  Piece,
  SurveyOptions,
  Trial,
} from './findings/types.ts'
export { lookAtDevices } from './look.ts'
export type { SetupProgress } from './setup/types.ts'
export { surveyDevices } from './survey.ts'
export { builtTfjs } from './tfjs/built.ts'
export { checkTfjs, type TfjsCheck } from './tfjs/check.ts'
export type { CudaHere, CudaLibrary } from './tfjs/cuda.ts'
export { removeTfjs } from './tfjs/remove.ts'
export { setupTfjs, type TfjsSetup } from './tfjs/setup.ts'
export type { BuiltOptions, SetupTfjsOptions, TfjsBuild, TfjsKind } from './tfjs/types.ts'
export { type ToolFound, toolsHere } from './tools-here.ts'
export { causeIn } from './trial/said.ts'
