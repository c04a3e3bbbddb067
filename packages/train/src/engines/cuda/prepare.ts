import { write } from '@pixelrow/onnx'
import { lower } from '../../lowerings/index.ts'
import type { CompileOptions } from '../../types.ts'
import { FORWARD_ROWS } from '../forward.ts'
import { forwardJob } from '../loop/job.ts'
import type { Prepare } from '../prepare.ts'
import ahead from './ahead.worker.ts?source'
import { chunkModel } from './model.ts'

/** A larger table is not kept on the device. The model, which has it in it, ends at 2 GiB. */
const TABLE_BYTES = 2 ** 30

/** A loop of eight steps an iteration, with the table on the device. Shapes never change: cuDNN searches its algorithms anew for each. */
export const prepareCuda: Prepare = (graph, options) => {
  const {
    pixels,
    labels,
    seed,
    augment,
    validation,
    profile,
    threads,
    state: values,
    precision,
    provider = 'cuda',
  } = options
  const { batchSize, imageBytes, state } = graph
  const step = lower(graph.step, { device: 'cuda', precision })
  const { masks, loopCarried } = step
  const isKept = staysOnDevice(options)
  const table = isKept ? { pixels, labels: Int32Array.from(labels) } : undefined
  const training = {
    model: write(chunkModel(graph, step, table)),
    masks,
    loopCarried,
    labels,
    seed,
    augment,
    profile,
    ahead,
    ...(!isKept && { pixels }),
  }
  const forward = forwardJob(graph, { device: 'cuda', block: 1, rows: FORWARD_ROWS })
  return {
    job: { device: 'cuda', provider, training, forward, validation, batchSize, imageBytes, state, values, threads },
    layouts: { block: 1, convolutions: step.choices },
    looksAhead: !isKept || masks.length > 0,
  }
}

/** What is augmented is new in every epoch. */
const staysOnDevice = ({ augment, pixels, tableBytes = TABLE_BYTES }: CompileOptions) =>
  !augment && pixels.byteLength <= tableBytes
