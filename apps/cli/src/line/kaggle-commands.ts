import type { Leaf } from './commands.ts'
import { readingFlags, submitFlags } from './flags.ts'

/** The commands about submissions and Kaggle. */
export const kaggleLeaves: Leaf[] = [
  {
    name: 'check-submission',
    summary: 'tell whether a submission is what Kaggle takes',
    description:
      'Checks header, ids in their order, labels and number of rows of a submission, and names the first line that is ' +
      'wrong. Header and ids are those of the sample_submission.csv beside test.csv, labels those of train.csv.',
    arguments: [['submission.csv', 'a file with an id and a label in each line']],
    flags: ['test', 'competition', ...readingFlags],
    examples: [
      'pixelrow check-submission runs/1-fast/submission.csv',
      'pixelrow check-submission submission.csv --test digit-recognizer/test.csv',
    ],
    run: async (context, flags, [file]) =>
      (await import('../commands/check-submission.ts')).checkSubmission(context, flags, file!),
  },
  {
    name: 'login',
    summary: 'store a token for Kaggle',
    description:
      "Reads a token of Kaggle's without showing it (or from standard input), asks Kaggle whose it is, and stores it " +
      "where Kaggle's own client looks, for you alone. Says whether the rules of the competition are accepted.",
    arguments: [],
    flags: ['competition'],
    examples: ['pixelrow login', 'pixelrow login < token.txt'],
    run: async (context, flags) => (await import('../commands/login.ts')).login(context, flags),
  },
  {
    name: 'logout',
    summary: 'remove the stored token',
    description: 'Removes the token that login has stored. Variables and a kaggle.json are left alone.',
    arguments: [],
    flags: [],
    examples: ['pixelrow logout'],
    run: async (context) => (await import('../commands/logout.ts')).logout(context),
  },
  {
    name: 'download',
    summary: "download and unpack a competition's files",
    description:
      "Downloads a competition's files from Kaggle, checks and unpacks them. An interrupted download goes on where it was.",
    arguments: [],
    flags: ['competition', 'downloads', 'only', 'overwrite'],
    examples: ['pixelrow download', 'pixelrow download --competition digit-recognizer -o digits --only train.csv'],
    run: async (context, flags) => (await import('../commands/download.ts')).download(context, flags),
  },
  {
    name: 'submit',
    summary: 'check, submit and score a file at Kaggle',
    description: 'Checks a submission as check-submission does, asks, uploads it, and waits for its score and place.',
    arguments: [['submission.csv', 'what predict or run has written']],
    flags: ['test', ...submitFlags, ...readingFlags],
    examples: [
      "pixelrow submit runs/1-fast/submission.csv -m 'first try'",
      'pixelrow submit submission.csv --test digit-recognizer/test.csv --yes',
    ],
    run: async (context, flags, [file]) => (await import('../commands/submit.ts')).submit(context, flags, file!),
  },
  {
    name: 'submissions',
    summary: 'list what was submitted, with scores',
    description: "Lists the team's submissions to a competition, newest first, with their scores.",
    arguments: [],
    flags: ['competition', 'limit'],
    examples: ['pixelrow submissions', 'pixelrow submissions --limit 3 --json'],
    run: async (context, flags) => (await import('../commands/submissions.ts')).submissions(context, flags),
  },
]
