import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelDescription } from '@pixelrow/classifier'
import { checkOptions, type OptionProblem, oneOf, show, text } from '../../../common/options.ts'
import { CreateError } from './error.ts'
import { readModel } from './model.ts'
import { starters, type Template, templates } from './starters.ts'
import { type Files, requireEmpty, writeNew } from './write.ts'

/** The tools that install a project's packages and run its scripts. */
export const packageManagers = ['npm', 'pnpm', 'yarn', 'bun'] as const

/** One of them. */
export type PackageManager = (typeof packageManagers)[number]

/** How a starter is to be. */
export interface CreateOptions {
  /** `vite` is a page, `next` a page and a server, `express` a server. Default `vite`. */
  template?: Template
  /** The path of an ONNX file, or of the folder of a run with `model.onnx` in it. Default: a model that reads handwritten digits. */
  model?: string
  /** The tool in whose words the README and `commands` are. Default `npm`. */
  packageManager?: PackageManager
}

/** A starter that was written. */
export interface Created {
  /** The absolute path of its folder. */
  folder: string
  template: Template
  /** Its files, sorted: paths in the folder. */
  files: string[]
  /** The name of the model's file as it was given, and what the file says of itself: nothing where pixelrow did not write it. */
  model: { name: string; description?: ModelDescription }
  /** The two commands that follow in the folder: one installs, one runs it. */
  commands: [install: string, run: string]
}

/**
 * Writes a project that classifies pictures with a model, into a new or an empty folder; `folder` is its path, and its last part names the project. Nothing is
 * installed, and nothing is left where something fails. Throws a CreateError for a folder that holds something, a file that is no ONNX model and
 * an unknown option, a FileError for what the file system refuses.
 */
export async function create(folder: string, options: CreateOptions = {}): Promise<Created> {
  check(folder, options)
  const { template = 'vite', model: source = digits, packageManager = 'npm' } = options
  await requireEmpty(folder)
  const { bytes, ...model } = await readModel(source)
  const commands: Created['commands'] = [
    `${packageManager} install`,
    `${packageManager} run ${starters[template].script}`,
  ]
  const name = packageName(basename(resolve(folder)))
  const files: Files = new Map<string, string | Uint8Array>([
    ...(await templateFiles(template, name, packageManager)),
    ['.gitignore', starters[template].ignored.map((line) => `${line}\n`).join('')],
    ['README.md', readme(name, template, commands)],
    [starters[template].model, bytes],
  ])
  await writeNew(folder, files)
  return { folder: resolve(folder), template, files: [...files.keys()].sort(), model, commands }
}

/** What the build has put beside the code. */
const packed = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const digits = packed('digits.onnx')

function check(folder: unknown, options: CreateOptions): void {
  const fail = ({ code, params, message }: OptionProblem) =>
    new CreateError(message, { code: `CREATE_${code}`, params })
  const expected = 'a text'
  if (typeof folder !== 'string') {
    const params = { where: 'create', option: 'folder', expected, found: show(folder) }
    throw fail({
      code: 'OPTION_INVALID',
      params,
      message: `create: folder must be ${expected}; found ${params.found}.`,
    })
  }
  const rules = { template: oneOf(...templates), model: text, packageManager: oneOf(...packageManagers) }
  checkOptions('create', options, rules, fail)
}

/** A folder's name as npm lets a package be called. */
function packageName(folder: string): string {
  const name = folder.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')
  return name.replaceAll(/^[-._]+|-+$/g, '').slice(0, 214) || 'pixelrow-app'
}

async function templateFiles(template: Template, name: string, manager: PackageManager): Promise<[string, string][]> {
  const root = packed(`templates/${template}`)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  // Settings of pnpm's say nothing to the others.
  const wanted = entries.filter((each) => each.isFile() && (manager === 'pnpm' || each.name !== 'pnpm-workspace.yaml'))
  const files = wanted.map(async (entry): Promise<[string, string]> => {
    const path = join(entry.parentPath, entry.name)
    const content = await readFile(path, 'utf8')
    return [relative(root, path), entry.name === 'package.json' ? manifest(content, name) : content]
  })
  return Promise.all(files)
}

const manifest = (text: string, name: string): string => `${JSON.stringify({ name, ...JSON.parse(text) }, null, 2)}\n`

function readme(name: string, template: Template, commands: readonly string[]): string {
  const { about, model, use } = starters[template]
  return `# ${name}

${about[0]!.toUpperCase()}${about.slice(1)}, made by \`npm create pixelrow\`.

\`\`\`sh
${commands.join('\n')}
\`\`\`

${use}

The model is \`${model}\`: put another ONNX file in its place to use that.
`
}
