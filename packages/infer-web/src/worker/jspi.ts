// For bundlers. The import is static, so that a worker of any format is one file.
import * as runtime from 'onnxruntime-web/jspi'
import { serve } from './serve.ts'

serve(() => ({ load: async () => runtime }))
