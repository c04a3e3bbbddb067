import { defineFlags, type OptionsOf } from './define.ts'

/** What every command takes. */
export const commonFlags = defineFlags({
  json: { term: '--json', help: 'print one JSON object instead of text', example: '--json' },
  quiet: { term: '-q, --quiet', help: 'print the result alone', example: '--quiet' },
})

export type CommonOptions = OptionsOf<typeof commonFlags>
