// The job by `require`.
const { readTable, writeSubmission } = require('@pixelrow/data')
const { mlp } = require('@pixelrow/model')
const { fit } = require('@pixelrow/train')
const { toOnnx } = require('@pixelrow/export')
const { load } = require('@pixelrow/infer-node')
const { jobOf } = require('./job.cjs')

const main = jobOf({ readTable, writeSubmission, mlp, fit, toOnnx, load })
module.exports = { main }
if (process.argv.includes('run')) main().then(console.log)
