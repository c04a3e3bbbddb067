#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { quoted } from '../../../common/quoted.ts'
import { didYouMean } from '../../../common/suggest.ts'
import { visible } from '../../../common/visible.ts'
import { defaultFolder, type Wishes } from './ask.ts'
import { type Created, create, type PackageManager, packageManagers } from './create.ts'
import { starters, type Template, templates } from './starters.ts'

const usage = `Usage: npm create pixelrow [folder] -- [options]

Writes a page or a server that classifies pictures with a model of yours, into a new or an empty folder (${defaultFolder}).

  -t, --template <name>  ${templates.map((name) => `${name}: ${starters[name].about}`).join('\n                         ')}
  -m, --model <file>     an ONNX file, or the folder of a run (default: one that reads handwritten digits)
  -y, --yes              ask nothing; nor is anything asked where there is no terminal
  -h, --help             show this help
      --version          show the version`

/** A call that cannot be understood. */
class UsageError extends Error {}

const options = {
  template: { type: 'string', short: 't' },
  model: { type: 'string', short: 'm' },
  yes: { type: 'boolean', short: 'y' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = parsed(argv)
  if (values.help) return print(usage)
  if (values.version) return print(version())
  const [folder, ...more] = positionals
  if (more.length > 0) throw new UsageError(`expected one folder, found ${positionals.join(', ')}`)
  const { template, model, yes } = values
  requireTemplate(template)
  const given = { folder, template, model }
  const isComplete = Object.values(given).every((value) => value !== undefined)
  const isAsked = !yes && !isComplete && process.stdin.isTTY && process.stdout.isTTY
  const wishes = isAsked ? await (await import('./ask.ts')).ask(given) : given
  if (wishes) return print(told(await carriedOut(wishes)))
  process.exitCode = 130
}

const carriedOut = ({ folder = defaultFolder, template, model }: Wishes): Promise<Created> =>
  create(folder, {
    packageManager: caller(),
    ...(template !== undefined && { template: template as Template }),
    ...(model !== undefined && { model }),
  })

function requireTemplate(name: string | undefined): void {
  if (name === undefined || templates.some((each) => each === name)) return
  const meant = didYouMean(name, templates)
  throw new UsageError(`--template must be ${templates.join(', ')}; found ${JSON.stringify(name)}${meant}`)
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true })
  } catch (error) {
    const { message } = error as Error
    const unknown = /Unknown option '(-[^']+)'/.exec(message)?.[1]
    if (unknown === undefined) throw new UsageError(message)
    throw new UsageError(
      `there is no option ${unknown}${didYouMean(
        unknown,
        Object.keys(options).map((name) => `--${name}`),
      )}`,
    )
  }
}

/** The tool that has called this: `npm create` and its kin say who they are. */
function caller(): PackageManager {
  const name = process.env.npm_config_user_agent?.split('/')[0]
  return packageManagers.find((each) => each === name) ?? 'npm'
}

function told({ folder, template, model, commands }: Created): string {
  const { about } = starters[template]
  const place = relative('', folder)
  const goThere = place === '' ? [] : [`cd ${quoted(place)}`]
  const shown = place || 'this folder'
  return `${shown}: ${about}, with ${modelText(model)}\n\nNext:\n${[...goThere, ...commands].map((line) => `  ${line}`).join('\n')}`
}

function modelText({ name, description }: Created['model']): string {
  if (!description) return `${name}, of which classes and images are found out when it is loaded`
  const { classes, shape } = description
  return `${name} (${classes.length} classes, images of ${shape.height}×${shape.width}×${shape.channels})`
}

const version = (): string => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

/** Writes to standard output and waits for it; whoever has read enough of it is no failure. */
async function print(text: string): Promise<void> {
  process.stdout.on('error', () => {})
  await new Promise((resolve) => process.stdout.write(`${visible(text)}\n`, resolve))
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof UsageError
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(visible(`Error: ${message}${isUsage ? '\nTry: npm create pixelrow -- --help' : ''}\n`))
  process.exitCode = isUsage ? 2 : 1
})
