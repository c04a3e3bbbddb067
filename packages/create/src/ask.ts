import { cancel, isCancel, select, text } from '@clack/prompts'
import { starters, type Template, templates } from './starters.ts'

/** What a command line says, or leaves to be asked. */
export interface Wishes {
  folder?: string | undefined
  template?: string | undefined
  model?: string | undefined
}

/** The folder where nobody names one. */
export const defaultFolder = 'pixelrow-app'

/** Asks at the terminal for what the command line left out; undefined where the questions were broken off. */
export async function ask(wishes: Wishes): Promise<Wishes | undefined> {
  const { folder, template, model } = wishes
  const questions = [
    async () => ({
      folder: folder ?? (await text({ message: 'Folder', placeholder: defaultFolder, defaultValue: defaultFolder })),
    }),
    async () => ({ template: template ?? (await select<Template>({ message: 'Starter', options: choices() })) }),
    async () => ({ model: model ?? (await text({ message: 'Model (an ONNX file)', placeholder: digits })) }),
  ]
  const answers: Wishes = {}
  for (const question of questions) {
    const answer = await question()
    if (Object.values(answer).some((value) => isCancel(value))) {
      cancel('Nothing was written.')
      return undefined
    }
    Object.assign(answers, answer)
  }
  return { ...answers, model: answers.model || undefined }
}

const digits = 'none: one that reads handwritten digits'

const choices = () => templates.map((value) => ({ value, label: value, hint: starters[value].about }))
