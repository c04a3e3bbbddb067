export { differentiate, type GradientContext, type GradientRule } from './differentiate.ts'
export { engines } from './engines/index.ts'
export { fit } from './fit.ts'
export { gradientRules } from './gradients/index.ts'
export { inferRules } from './operators.ts'
export { adam, adamw, type Optimizer, sgd } from './optimizers.ts'
export type { FitOptions } from './options.ts'
export { predict } from './predict.ts'
export { recipes } from './recipes/index.ts'
export { constant, cosine, oneCycle } from './schedules.ts'
export { type Differentiated, trainingGraph } from './training-graph.ts'
export {
  addDecayedWeights,
  chain,
  type ScalarValue,
  scaleByAdam,
  scaleByLearningRate,
  type Transform,
  type TransformContext,
  trace,
} from './transforms.ts'
export type {
  Chunk,
  CompileOptions,
  Device,
  Engine,
  EpochRecord,
  FitResult,
  Plan,
  Progress,
  Recipe,
  Schedule,
  StateTensor,
  Trainer,
  TrainingGraph,
} from './types.ts'
