import { element } from './dom.ts'
import { examples } from './examples.ts'
import { kindOf, listenForFiles } from './files.ts'
import { latest } from './latest.ts'
import { describeModel, describeRun, firstModel, type Model, openModel } from './model.ts'
import { complain, quiet } from './notice.ts'
import { type Image, paint } from './picture.ts'
import { scoresFor, showAnswer, showNothing } from './results.ts'
import { imageOf } from './rows.ts'
import { labelOf } from './scoring.ts'
import { seen } from './seen.ts'
import { speech } from './speech.ts'
import { openStage } from './stage.ts'
import { inkImage, isEmpty, type Subject } from './subject.ts'
import { type OpenTable, tableView } from './table.ts'
import { inWorker } from './work.ts'

const to = { answer: element('answer', HTMLElement), classes: element('classes', HTMLElement) }
const nothing: Subject = { kind: 'ink', strokes: [] }
const say = speech(element('spoken', HTMLElement))
let model: Model | undefined

// The page begins with a digit, so that there is something to see; the pen takes its place.
const three = examples[3]!
const stage = openStage({ kind: 'ink', strokes: three.strokes, example: three.label }, () => ask())
const table = tableView(showRow)

const ask = latest(
  async () => {
    if (!model) return
    try {
      await answer(model, stage.subject)
    } catch (error) {
      complain(error)
    }
  },
  (busy) => {
    to.answer.ariaBusy = String(busy)
  },
)

async function answer({ classifier }: Model, subject: Subject): Promise<void> {
  const canvas = element('seen', HTMLCanvasElement)
  if (isEmpty(subject)) {
    canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height)
    showNothing(to, classifier.classes)
    element('timing', HTMLElement).textContent = ''
    return say('The pad is empty')
  }
  const { shape, maxValue } = classifier
  const image: Image =
    subject.kind === 'ink' ? { pixels: seen(inkImage(subject.strokes), classifier), shape, maxValue } : subject.image
  paint(canvas, image)
  const begin = performance.now()
  const result = await classifier.classify(image.pixels, { top: scoresFor(classifier.classes.length) })
  const milliseconds = performance.now() - begin
  showAnswer(to, result)
  // For whoever measures how long the page takes until it answers.
  if (performance.getEntriesByName('first-answer').length === 0) performance.mark('first-answer')
  element('timing', HTMLElement).textContent = describeRun(classifier.device, milliseconds)
  say(`${result.label}, ${Math.round(100 * result.probability)} percent sure`)
}

async function start(): Promise<void> {
  try {
    await use(await openModel(firstModel()))
  } catch (error) {
    to.answer.replaceChildren()
    complain(error, start)
  }
}

/** Takes a model; what is on the pad and in the table is classified again, or goes where it does not fit. */
async function use(next: Model): Promise<void> {
  const before = model
  model = next
  element('model', HTMLElement).textContent = describeModel(next)
  element('built-in', HTMLButtonElement).hidden =
    next.name === decodeURIComponent(firstModel().pathname.split('/').at(-1)!)
  const { subject } = stage
  if (subject.kind === 'picture') await showPicture(subject.file, next)
  else if (subject.kind === 'row' && !fits(subject.image)) stage.show(nothing)
  else ask()
  const { open } = table
  if (open && fits(open.table)) await table.show(open, next)
  else table.close()
  await before?.classifier.close()
}

/** Whether the model takes images of this size. */
function fits({ shape, maxValue }: Pick<Image, 'shape' | 'maxValue'>): boolean {
  if (!model) return false
  const wanted = model.classifier
  const sides = ['height', 'width', 'channels', 'channelOrder'] as const
  return maxValue === wanted.maxValue && sides.every((side) => shape[side] === wanted.shape[side])
}

async function showPicture(file: File, { classifier }: Model): Promise<void> {
  const { shape, maxValue, preparation } = classifier
  const { preview, pixels } = await inWorker({ kind: 'picture', file, takes: { shape, maxValue, preparation } })
  stage.show({ kind: 'picture', file, preview, image: { pixels, shape, maxValue } })
}

async function showTable(file: File, by: Model): Promise<void> {
  const { shape, maxValue, dataType, preparation } = by.classifier
  const open = {
    table: await inWorker({
      kind: 'table',
      file,
      takes: { shape, maxValue, preparation, ...(dataType && { dataType }) },
    }),
    name: file.name,
  }
  const shown = table.show(open, by)
  element('table-title', HTMLElement).focus()
  await shown
}

function showRow(open: OpenTable, row: number): void {
  stage.show({ kind: 'row', name: open.name, row, image: imageOf(open.table, row), label: labelOf(open.table, row) })
  element('back', HTMLButtonElement).onclick = () => table.focusRow(row)
  element('answer-title', HTMLElement).focus()
}

listenForFiles(async (file) => {
  quiet()
  try {
    const kind = await kindOf(file)
    if (kind === 'model') await use(await openModel(file))
    else if (!model) throw new Error('There is no model yet: open one first.')
    else if (kind === 'picture') await showPicture(file, model)
    else await showTable(file, model)
  } catch (error) {
    complain(error)
  }
})
element('built-in', HTMLButtonElement).onclick = start
element('close', HTMLButtonElement).onclick = () => {
  table.close()
  element('choose', HTMLButtonElement).focus()
}
void start()
