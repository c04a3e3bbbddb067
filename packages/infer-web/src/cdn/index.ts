// All that a page needs in one file, by one URL: `import { load } from 'https://…/pixelrow.js'`, or a script of type `module`, after which there is a
// global `pixelrow`. Its worker is the same file once more.
import { ClassifierError } from '@pixelrow/classifier'
import { load } from '../load.ts'
import { open } from '../open.ts'
import { serve } from '../worker/serve.ts'
import { importedBuilds } from './imported.ts'
import { workerName } from './start-worker.ts'

const { document, name } = globalThis as { document?: object; name?: string }
if (!document && name === workerName) serve(() => importedBuilds)
else Object.assign(globalThis, { pixelrow: { ClassifierError, load, open } })

export { ClassifierError, load, open }
