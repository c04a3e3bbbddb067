export { attemptOf, type DeviceAttempt } from './attempt.ts'
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
export { surveyDevices } from './survey.ts'
export { builtTfjs } from './tfjs/built.ts'
export { checkTfjs, type TfjsCheck } from './tfjs/check.ts'
export type { CudaHere, CudaLibrary } from './tfjs/cuda.ts'
export { removeTfjs } from './tfjs/remove.ts'
export { setupTfjs, type TfjsSetup } from './tfjs/setup.ts'
export type { BuiltOptions, SetupProgress, SetupTfjsOptions, TfjsBuild, TfjsKind } from './tfjs/types.ts'
export { type ToolFound, toolsHere } from './tools-here.ts'
