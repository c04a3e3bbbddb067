import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'
import { whole } from '../../line/parse.ts'

const flags = defineFlags({
  ...competitionFlags,
  limit: {
    term: '--limit <n>',
    help: 'how many, the newest first',
    example: '--limit 20',
    parse: whole('--limit', 1, 1000, 20),
    default: 20,
  },
})

export const submissionsCommand = defineCommand({
  name: 'submissions',
  summary: 'list what was submitted, with scores',
  description: "Lists the team's submissions to a competition, newest first, with their scores.",
  arguments: [],
  flags,
  examples: ['pixelrow submissions', 'pixelrow submissions --limit 3 --json'],
})

export type SubmissionsOptions = CallOptions<typeof submissionsCommand>
