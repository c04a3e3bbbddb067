// What `load` runs in the worker; esbuild does not follow `new Worker(new URL(…))`, so it is an entry of its own.
import { serve } from '@pixelrow/infer-web/worker'

serve()
