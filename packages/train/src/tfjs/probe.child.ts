import { loadLibrary } from './library.ts'

/** A process of its own: loads the entry that it is given and prints as JSON what came of it. */
loadLibrary(process.argv[1]!)
  .then(
    ({ runtime, device }) => ({ runtime, device }),
    (error: Error) => ({ error: error.message }),
  )
  .then((outcome) => {
    process.stdout.write(`${JSON.stringify(outcome)}\n`)
  })
