import { answerParent } from './answer.ts'
import { loadLibrary } from './library.ts'
import { openTraining, type TfjsJob } from './training.ts'

/** The process that trains: `open` a job, which tells what it runs on, then its methods. */
let training: ReturnType<typeof openTraining> | undefined
answerParent({
  async open(job: TfjsJob) {
    const { tf, runtime, device } = await loadLibrary(process.argv[1]!)
    training = openTraining(tf, job)
    return { runtime, device }
  },
  train: (chunk: never) => training!.train(chunk),
  logits: (pixels: never) => training!.logits(pixels),
  validate: () => training!.validate(),
  state: () => training!.state(),
  tensors: () => training!.tensors(),
})
