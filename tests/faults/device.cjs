// Preloaded into a process, for faults of a device, which no call of Node shows: the FAULT_AT-th run of any onnxruntime session there fails, counted from 1.
const Module = require('node:module')

const load = Module._load
let runs = 0
Module._load = (request, ...rest) => {
  const loaded = load(request, ...rest)
  if (/onnxruntime-node/.test(request) && loaded.InferenceSession && !loaded.InferenceSession.prototype.isFaulty) {
    const { prototype } = loaded.InferenceSession
    const { run } = prototype
    prototype.isFaulty = true
    prototype.run = function (...given) {
      if (++runs === Number(process.env.FAULT_AT)) throw new Error('the device is lost, as a test wants it')
      return run.apply(this, given)
    }
  }
  return loaded
}
