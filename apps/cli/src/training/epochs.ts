import type { DeviceMove, EpochRecord, Progress } from '@pixelrow/train'
import { accuracyFrom, intervalText, type Sample } from '../measuring/accuracy.ts'
import { type Column, duration, row } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** A long training shows about this many of its epochs; history.csv has them all. */
const shownEpochs = 25

/** Shows a training as it goes: a row an epoch, or every so many, of a `brief` one the first and the last, and under it a line with what the present one does. */
export function showEpochs(
  terminal: Terminal,
  epochs: number,
  { validated, brief }: { validated: Sample | undefined; brief: boolean },
) {
  const every = brief ? epochs : Math.ceil(epochs / shownEpochs)
  const columns: Column[] = [
    { heading: 'epoch', width: 5 },
    { heading: 'train loss', width: 10 },
    ...(validated
      ? [
          { heading: 'valid loss', width: 10 },
          { heading: 'accuracy', width: 8 },
          { heading: '95 % interval', width: 13 },
        ]
      : []),
    { heading: 'time', width: 6 },
  ]
  let open = false
  return {
    onEpoch(record: EpochRecord) {
      if (record.epoch % every > 0 && record.epoch > 1 && record.epoch < epochs) return
      if (!open)
        terminal.line(
          terminal.colors.bold(
            row(
              columns,
              columns.map(({ heading }) => heading),
            ),
          ),
        )
      open = true
      const { epoch, trainLoss, validationLoss = Number.NaN, accuracy = Number.NaN, seconds } = record
      const measured = accuracyFrom(record.accuracy, validated)
      const interval = measured ? intervalText(measured.interval, '–') : ''
      const middle = validated ? [validationLoss.toFixed(4), accuracy.toFixed(4), interval] : []
      terminal.line(row(columns, [String(epoch), trainLoss.toFixed(4), ...middle, duration(seconds)]))
    },
    onProgress: (progress: Progress) => terminal.transient(progressLine(progress)),
    onMove: (move: DeviceMove) => terminal.complain(moveText(move)),
  }
}

/** `The device cuda was lost after step 120 (…); …`. */
function moveText({ from, to, lostAt, wentOnFrom, reason }: DeviceMove): string {
  return `The device ${from} was lost after step ${lostAt} (${reason}); going on from step ${wentOnFrom} on ${to}`
}

/** `epoch 3 of 10  ━━━━━━━━──────  loss 0.1234`: 47 columns at most. */
export function progressLine({ epoch, epochs, step, steps, loss }: Progress): string {
  const length = 16
  const done = Math.floor((length * step) / steps)
  return `epoch ${epoch} of ${epochs}  ${'━'.repeat(done)}${'─'.repeat(length - done)}  loss ${loss.toFixed(4)}`
}

/** An epoch with the number of rows it was trained on, for history.csv. */
export interface HistoryRow extends EpochRecord {
  trainingRows: number
  validated?: Sample
}

/** The text of history.csv, with the 95 % interval of each accuracy; cells are empty where nothing was measured. */
export function historyCsv(history: readonly HistoryRow[]): string {
  const header = [
    ...['epoch', 'train_loss', 'validation_loss', 'accuracy', 'accuracy_low', 'accuracy_high'],
    ...['learning_rate', 'seconds', 'training_rows'],
  ]
  const lines = history.map((record) => {
    const { epoch, trainLoss, validationLoss, accuracy, learningRate, seconds, trainingRows } = record
    const interval = accuracyFrom(accuracy, record.validated)?.interval ?? ['', '']
    return [epoch, trainLoss, validationLoss, accuracy, ...interval, learningRate, seconds.toFixed(3), trainingRows]
  })
  return `${[header, ...lines].map((cells) => cells.join(',')).join('\n')}\n`
}
