import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pnpm, root } from '../../scripts/workspace.mjs'

const examples = join(root, 'examples')
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-examples-'))

beforeAll(() => pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter', 'append-only'], examples))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The tutorial's results: median of the seeds 1 to 5 on the 28,000 digits kept aside. */
test.each([
  ['linear_from_scratch.ts', 40, 0.903],
  ['linear.ts', 20, 0.914],
  ['learner.ts', 10, 0.911],
  ['mlp.ts', 40, 0.97],
])('%s ends after %i epochs with a median accuracy of %f or more', (file, epochs, least) => {
  const ends = [1, 2, 3, 4, 5].map((seed) => {
    const accuracies = accuraciesIn(tsx(file, String(seed)))
    expect(accuracies.length).toBe(epochs)
    return accuracies.at(-1)!
  })
  expect(ends.sort()[2]).toBeGreaterThanOrEqual(least)
})

describe('the tutorial, made again', () => {
  const committed = readFileSync(join(root, 'docs/tutorial.md'), 'utf8')
  let made = ''

  beforeAll(() => {
    tsx('make_tutorial.ts', folder)
    made = readFileSync(join(folder, 'tutorial.md'), 'utf8')
  })

  test('has the text and the code of docs/tutorial.md', () => {
    const withoutOutput = (text: string) => text.replaceAll(/^```text\n.*?^```\n/gms, '')
    expect(withoutOutput(made)).toBe(withoutOutput(committed))
  })

  test('prints the same, but for times and what a kind of processor changes of an accuracy', () => {
    const outputs = (text: string) => [...text.matchAll(/^```text\n(.*?)^```/gms)].map(([, output]) => output).join('')
    const masked = (text: string) =>
      outputs(text)
        .replaceAll(/\d+\.\d+/g, '#')
        .replaceAll(/ +/g, ' ')
    expect(masked(made)).toBe(masked(committed))
    const differences = accuraciesIn(outputs(made)).map((each, i) => each - accuraciesIn(outputs(committed))[i]!)
    expect(differences.length).toBeGreaterThan(100)
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(0.02)
  })

  test('draws the accuracy of every epoch, and says what is drawn', () => {
    const picture = readFileSync(join(folder, 'accuracy.svg'), 'utf8')
    for (const label of ['epoch', 'accuracy on the validation rows, %']) expect(picture).toContain(`>${label}</text>`)
    const lines = [...picture.matchAll(/<path d="([^"]*)"[^>]*marker-mid/g)]
    expect(lines.map(([, points]) => points!.split('L').length)).toEqual([40, 20, 40])
  })
})

describe('weights in the safetensors format', () => {
  let interpreter = ''

  beforeAll(() => {
    tsx('save_for_pytorch.ts')
    interpreter = environment(join(folder, 'venv'))
  })

  test('give Python the same classes, and probabilities to 1e-5', () => {
    const said = execute(interpreter, [join(examples, 'check_in_pytorch.py'), '--numpy'])
    expect(said).toMatch(/^1000 of 1000 classes are the same/)
    expect(Number(said.match(/at most (.*)/)![1])).toBeLessThan(1e-5)
  })

  test('are found out when they are not the ones that answered', () => {
    const bytes = readFileSync(join(folder, 'model.safetensors'))
    bytes.writeFloatLE(1, bytes.length - 4)
    writeFileSync(join(folder, 'model.safetensors'), bytes)
    expect(() => execute(interpreter, [join(examples, 'check_in_pytorch.py'), '--numpy'])).toThrow(
      'classes are the same',
    )
  })
})

/** The figures of four decimals below 1, in order. */
function accuraciesIn(text: string): number[] {
  return [...text.matchAll(/\b0\.\d{4}\b/g)].map(Number)
}

/** Runs an example; what it writes lands in the temporary folder. */
function tsx(file: string, ...args: string[]): string {
  return execute(process.execPath, [join(examples, 'node_modules/tsx/dist/cli.mjs'), join(examples, file), ...args])
}

/** A new virtual environment with what the examples' Python needs, but for torch, which takes 4 GB; gives its interpreter. */
function environment(venv: string): string {
  execute(process.env.PYTHON ?? 'python3', ['-m', 'venv', venv])
  const interpreter = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const quietly = ['--quiet', '--disable-pip-version-check']
  execute(interpreter, ['-m', 'pip', 'install', ...quietly, '-r', join(examples, 'requirements.txt')])
  return interpreter
}

function execute(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`)
}
