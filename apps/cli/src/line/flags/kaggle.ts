import { competition, filled, whole } from '../parse.ts'
import { chosen, defineFlags, grouped, type OptionsOf, without } from './define.ts'

/** What `run` does at Kaggle. */
export const kaggleFlags = grouped(
  'Kaggle:',
  defineFlags({
    kaggle: {
      term: '--kaggle',
      help: "train on a Kaggle competition's files, in --data or a folder of its name; downloaded if they are not there",
      example: '--kaggle',
    },
    submit: {
      term: '--submit',
      help: 'submit to Kaggle at the end, after a question, and wait for the score',
      example: '--submit',
    },
    competition: {
      term: '--competition <slug>',
      help: "the competition's name in its address",
      example: '--competition digit-recognizer',
      parse: competition('--competition'),
      default: 'digit-recognizer',
    },
    message: {
      term: '-m, --message <text>',
      help: 'what the submission is called in the list of submissions',
      example: "--message 'mlp, seed 1'",
      parse: filled('--message', 'a few words', "'mlp, seed 1'"),
    },
    yes: {
      term: '-y, --yes',
      help: 'upload without asking',
      example: '--yes',
    },
    wait: {
      term: '--wait <seconds>',
      help: 'how long to wait for the score; 0: not at all',
      example: '--wait 60',
      parse: whole('--wait', 0, 86_400, 60),
      default: 600,
    },
  }),
)

/** How a file is submitted. */
export const submitFlags = without(kaggleFlags, 'kaggle', 'submit')

/** Which competition. */
export const competitionFlags = chosen(kaggleFlags, 'competition')

/** A yes that is given before the question. */
export const consentFlags = chosen(kaggleFlags, 'yes')

export type KaggleOptions = OptionsOf<typeof kaggleFlags>
export type CompetitionOptions = OptionsOf<typeof competitionFlags>
