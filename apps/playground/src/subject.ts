import type { RgbaImage } from '@pixelrow/pixels'
import { paintInk, type Stroke } from './ink.ts'
import { type Image, paint } from './picture.ts'

/** What is classified: ink on the pad, a picture, or a row of a table. */
export type Subject =
  | { kind: 'ink'; strokes: Stroke[] /** The class of an example, which the pen replaces. */; example?: string }
  | { kind: 'picture'; file: File; preview: ImageBitmap; image: Image }
  | { kind: 'row'; name: string; row: number; image: Image; label?: string }

/** Side of the picture that ink is prepared from: ten times the digits of MNIST. */
const inkSide = 280

/** What a screen reader says of it. */
export function describe(subject: Subject): string {
  if (subject.kind === 'picture') return `The picture ${subject.file.name}`
  if (subject.kind === 'row')
    return `Row ${subject.row + 1} of ${subject.name}${subject.label === undefined ? '' : `, labelled ${subject.label}`}`
  if (subject.example !== undefined) return `A ${subject.example} that somebody wrote`
  return subject.strokes.length > 0 ? 'Your drawing' : 'Drawing pad, empty'
}

export const isEmpty = (subject: Subject): boolean => subject.kind === 'ink' && subject.strokes.length === 0

/** Paints the subject on the square pad, as sharp as the screen. */
export function paintSubject(canvas: HTMLCanvasElement, subject: Subject): void {
  const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
  if (canvas.width !== side) {
    canvas.width = side
    canvas.height = side
  }
  const context = canvas.getContext('2d')
  if (!context) return
  context.clearRect(0, 0, side, side)
  context.imageSmoothingEnabled = subject.kind === 'picture'
  if (subject.kind === 'ink') paintInk(context, subject.strokes, getComputedStyle(canvas).color)
  else paintInside(context, subject.kind === 'picture' ? subject.preview : smallCanvas(subject.image), side)
}

/** Ink as a picture: white on black, the same on every screen. */
export function inkImage(strokes: readonly Stroke[]): RgbaImage {
  const canvas = document.createElement('canvas')
  canvas.width = inkSide
  canvas.height = inkSide
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('This browser gives no 2d canvas')
  context.fillStyle = '#000'
  context.fillRect(0, 0, inkSide, inkSide)
  paintInk(context, strokes, '#fff')
  return context.getImageData(0, 0, inkSide, inkSide)
}

/** The whole picture in the middle, as large as fits. */
function paintInside(context: CanvasRenderingContext2D, picture: ImageBitmap | HTMLCanvasElement, side: number): void {
  const scale = side / Math.max(picture.width, picture.height)
  const [width, height] = [picture.width * scale, picture.height * scale]
  context.drawImage(picture, (side - width) / 2, (side - height) / 2, width, height)
}

function smallCanvas(image: Image): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  paint(canvas, image)
  return canvas
}
