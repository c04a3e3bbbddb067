// For pages without a bundler: the page says where the builds are, as a worker has no import map.
import { buildsAt } from '../imported.ts'
import { serve } from './serve.ts'

serve(buildsAt)
