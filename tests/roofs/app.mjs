// The job by `import`.
import { readTable, writeSubmission } from '@pixelrow/data'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { mlp } from '@pixelrow/model'
import { fit } from '@pixelrow/train'
import job from './job.cjs'

export const main = job.jobOf({ readTable, writeSubmission, mlp, fit, toOnnx, load })
if (process.argv.includes('run')) main().then(console.log)
