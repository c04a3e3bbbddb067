import {
  like,
  listOf,
  number,
  type OptionFault,
  oneOf,
  optionsOf,
  type Rule,
  type Rules,
  show,
  text,
  whole,
} from '../../../common/options.ts'
import type { Losses, Tally } from './outcome.ts'
import type { Beginnings } from './series.ts'
import type { DeviceMove, EpochRecord, Stopped } from './types.ts'

/** Where a training stands between two chunks of steps. */
export interface Position extends Beginnings {
  /** The epoch under way, from 1, over all that was trained. */
  epoch: number
  /** Steps done in it. */
  step: number
  /** Steps done in all. */
  total: number
  /** Sum of the losses of the epoch's steps. */
  lossTotal: number
  /** Wall time spent on the epoch, in seconds. */
  seconds: number
  /** The records of all epochs; that of an epoch cut short may be followed by one of the whole epoch in its place. */
  history: EpochRecord[]
  /** How many of them are from before this training. */
  earlier: number
  /** The best epoch so far by the monitored value, where one is kept. */
  best?: { epoch: number; value: number; tally: Tally }
  /** Of this training's losses those that tell what came of it; there is none before its first step. */
  losses?: Losses
  /** What the last validation found. */
  tally?: Tally
  stopped?: Stopped
  /** Devices that were lost. */
  moves?: DeviceMove[]
}

const seconds = number({ least: 0 })
const counts = listOf('a list of counts', whole(0))

/** What has all of some fields, and of the others what keeps to the rules. */
function having<Fields extends object>(rules: Rules<Fields>, needed: readonly (keyof Fields & string)[]): Rule {
  return (value) => {
    const fault = optionsOf(rules)(value)
    if (fault !== undefined) return fault
    const option = needed.find((name) => (value as Fields)[name] === undefined)
    return option === undefined ? undefined : { option, expected: 'there', found: 'nothing' }
  }
}

const metrics = like('numbers by name', (value) => typeof value === 'object' && value !== null)
const epochRule = having<EpochRecord>(
  {
    epoch: whole(1),
    trainLoss: number(),
    validationLoss: number(),
    accuracy: number(),
    metrics,
    learningRate: number(),
    seconds,
  },
  ['epoch', 'trainLoss', 'learningRate', 'seconds'],
)
const tallyRule = having<Tally>({ rows: counts, right: counts, answers: counts }, ['rows', 'right', 'answers'])
const lossesRule = having<Losses>({ first: number(), last: listOf('a list of losses', number()) }, ['first', 'last'])
const moveRule = having<DeviceMove>({ from: text, to: text, lostAt: whole(0), wentOnFrom: whole(0), reason: text }, [
  'from',
  'to',
])

const positionRule = having<Position>(
  {
    from: whole(0),
    optimizerFrom: whole(0),
    epoch: whole(1),
    step: whole(0),
    total: whole(0),
    lossTotal: number(),
    seconds,
    history: listOf('a list of epochs', epochRule),
    earlier: whole(0),
    best: having<NonNullable<Position['best']>>({ epoch: whole(1), value: number(), tally: tallyRule }, [
      'epoch',
      'value',
      'tally',
    ]),
    losses: lossesRule,
    tally: tallyRule,
    stopped: oneOf('onEpoch', 'patience', 'targetAccuracy'),
    moves: listOf('a list of moves', moveRule),
  },
  ['from', 'optimizerFrom', 'epoch', 'step', 'total', 'lossTotal', 'seconds', 'history', 'earlier'],
)

/** What keeps a position of unknown origin from being one, in words; undefined where it is one. */
export function faultOfPosition(value: unknown): string | undefined {
  const fault = positionRule(value)
  return fault === undefined ? contradiction(value as Position) : wordsOf(fault, value)
}

function wordsOf(fault: string | OptionFault, value: unknown): string {
  if (typeof fault === 'string') return `its position must be ${fault}; found ${show(value)}.`
  if ('known' in fault) return `its position has a field ${show(fault.option)} that nobody knows.`
  return `its position${fault.option && `’s ${fault.option}`} must be ${fault.expected}; found ${fault.found}.`
}

/** Numbers that no training reaches together. */
function contradiction({ from, optimizerFrom, step, total, history, earlier, losses }: Position): string | undefined {
  if (from > total || optimizerFrom > total || step > total) return 'its position has more steps begun than done.'
  if (earlier > history.length) return `its position has ${history.length} epochs, of which ${earlier} are older.`
  return total > from && !losses?.last.length ? 'its position has steps without losses.' : undefined
}
