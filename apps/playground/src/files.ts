import { pictureType } from '@pixelrow/pixels'
import { isPictureName } from '../../../common/pictures.ts'
import { element } from './dom.ts'

/** What a file can be here. */
export type Kind = 'model' | 'picture' | 'table'

/** What a file is: a picture by its first bytes, a model by its name, and else a table, whose reader says what is wrong with it. */
export async function kindOf(file: File): Promise<Kind> {
  if (/\.onnx$/i.test(file.name)) return 'model'
  const start = new Uint8Array(await file.slice(0, 18).arrayBuffer())
  return pictureType(start) || isPictureName(file.name) ? 'picture' : 'table'
}

/** Takes files by the button, dropped anywhere on the page, or pasted. */
export function listenForFiles(onFile: (file: File) => void): void {
  const input = element('file', HTMLInputElement)
  const first = (files: FileList | undefined | null) => files?.[0] && onFile(files[0])
  element('choose', HTMLButtonElement).onclick = () => input.click()
  input.onchange = () => {
    first(input.files)
    // The same file may be chosen again after it was changed.
    input.value = ''
  }
  addEventListener('paste', ({ clipboardData }) => first(clipboardData?.files))
  listenForDrops(first)
}

function listenForDrops(onFiles: (files: FileList | undefined) => void): void {
  const curtain = element('drop', HTMLElement)
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false
  addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    curtain.hidden = false
  })
  // Told of every element on the way; only the one to nowhere has left the page.
  addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) curtain.hidden = true
  })
  addEventListener('drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    curtain.hidden = true
    onFiles(event.dataTransfer?.files)
  })
}
