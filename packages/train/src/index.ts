export { chooseDevice } from './device/choice.ts'
export { deviceOrder } from './device/rule.ts'
export { differentiate } from './differentiate.ts'
export { type DumpTrainingOptions, dumpTraining } from './dump.ts'
export { engines } from './engines/index.ts'
export { TrainError, type TrainErrorCode } from './error.ts'
export { fit } from './fit.ts'
export { gradientRules } from './gradients/index.ts'
export type { GradientContext, GradientRule } from './gradients/rule.ts'
export { createLearner, type Learner } from './learner.ts'
export {
  type LoopCarried,
  type LoopCarriedPart,
  type Lowered,
  type LoweringDevice,
  type LowerOptions,
  lower,
} from './lowerings/index.ts'
export type { Mask } from './masks.ts'
export { measurePace, type Pace } from './measure.ts'
export { memberSeed } from './members.ts'
export { confusionMatrix, type Metric, topK } from './metrics.ts'
export { inferRules } from './operators.ts'
export { adam, adamw, muon, type Optimizer, sgd } from './optimizers.ts'
export type { FitOptions } from './options.ts'
export { predict } from './predict.ts'
export { type Profile, profile } from './profile/index.ts'
export type { OperatorTime } from './profile/kernels.ts'
export { recipes } from './recipes/index.ts'
export type { AugmentationName, Plan, Recipe, RecipeOptions } from './recipes/plan.ts'
export { constant, cosine, flatCosine, oneCycle, warmUp } from './schedules.ts'
export { type Differentiated, trainingGraph } from './training-graph.ts'
export {
  addDecayedWeights,
  chain,
  orthogonalize,
  partition,
  type ScalarValue,
  scale,
  scaleByAdam,
  scaleByLearningRate,
  type Transform,
  type TransformContext,
  trace,
} from './transforms.ts'
export type {
  Adapter,
  Augmentation,
  Chunk,
  CompileOptions,
  Device,
  DeviceAttempt,
  DeviceChoice,
  DeviceMove,
  DeviceTrial,
  Engine,
  EpochRecord,
  FitResult,
  LayoutChoice,
  Layouts,
  Outcome,
  Precision,
  Progress,
  RuntimeInfo,
  Schedule,
  StateTensor,
  StepRecord,
  Stopped,
  Trainer,
  TrainingGraph,
} from './types.ts'
