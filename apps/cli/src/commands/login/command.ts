import { type CallOptions, defineCommand } from '../../line/command.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'

export const loginCommand = defineCommand({
  name: 'login',
  summary: 'store a token for Kaggle',
  description:
    "Reads a token of Kaggle's without showing it (or from standard input), asks Kaggle whose it is, and stores it " +
    "where Kaggle's own client looks, for you alone. Says whether the rules of the competition are accepted.",
  arguments: [],
  flags: competitionFlags,
  examples: ['pixelrow login', 'pixelrow login < token.txt'],
})

export type LoginOptions = CallOptions<typeof loginCommand>
