// For pages without a bundler: the page says where the builds are, as a worker has no import map.
import type { Runtime } from './runtime.ts'
import { serve } from './serve.ts'

serve((_, url) => import(/* webpackIgnore: true */ /* @vite-ignore */ url!) as Promise<Runtime>)
