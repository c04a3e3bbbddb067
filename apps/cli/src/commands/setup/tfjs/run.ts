import { type CudaHere, removeTfjs, type SetupProgress, setupTfjs, type TfjsSetup } from '@pixelrow/devices'
import type { Context } from '../../../context.ts'
import { UsageError } from '../../../line/errors.ts'
import { command, quoted } from '../../../line/paste.ts'
import { many } from '../../../terminal/table.ts'
import type { Terminal } from '../../../terminal/terminal.ts'
import { tellLibraries, tellProgress, tellRemoved } from '../telling.ts'
import type { SetupTfjsOptions } from './command.ts'

/** `pixelrow setup tfjs`: builds tfjs-node on TensorFlow's current library, or removes what was built. */
export async function run(context: Context, flags: SetupTfjsOptions): Promise<void> {
  const { gpu = false, remove = false, from } = flags
  if (remove && (gpu || from !== undefined))
    throw new UsageError('--remove removes all that setup tfjs has built', command('setup', 'tfjs', '--remove'), {
      code: 'CLI_FLAG_CONFLICT',
      params: { flag: '--remove', other: gpu ? '--gpu' : '--from' },
    })
  if (remove)
    return tellRemoved(
      context,
      (await removeTfjs()).map(({ folder }) => folder),
    )
  const { terminal, signal } = context
  context.undone = 'nothing was set up'
  context.uncertain = `A temporary folder may be left; ${command('setup', 'tfjs', '--remove')} removes it.`
  const onProgress = (progress: SetupProgress) => tellProgress(context, progress)
  const setup = await setupTfjs({ gpu, ...(from !== undefined && { from }), signal, onProgress })
  terminal.transient()
  terminal.json(setup)
  tell(context, setup)
}

function tell(context: Context, setup: TfjsSetup): void {
  const { terminal } = context
  const { tensorflow, tfjsNode, gpu, cuda, wasThere, folder } = setup
  const where = gpu ? 'computing on a GPU' : 'computing on the CPU'
  const state = wasThere ? 'was there, and works' : 'is set up'
  terminal.result(`tfjs-node ${tfjsNode} on TensorFlow ${tensorflow} ${state}, ${where}`)
  terminal.result(`in ${folder}`)
  if (cuda) tellCuda(context, { ...setup, cuda })
  if (setup.kind === 'gpu' && !gpu) return
  terminal.note('\nNext, train with it:')
  terminal.line(`  ${terminal.colors.cyan(command('run', '--engine', 'tfjs'))}`)
}

/** The libraries that TensorFlow opens when it looks for a GPU, and how to get those that are missing. */
function tellCuda(
  { terminal }: Context,
  { tensorflow, gpu, reason, cuda }: TfjsSetup & Required<Pick<TfjsSetup, 'cuda'>>,
) {
  const { libraries } = cuda
  const found = libraries.filter(({ path }) => path).length
  const here = `${found} of the ${many(libraries.length, 'library', 'libraries')} that it opens ${found === 1 ? 'is' : 'are'} here`
  terminal.result()
  terminal.result(`TensorFlow ${tensorflow} was built with CUDA ${cuda.cuda} and cuDNN ${cuda.cudnn}; ${here}:`)
  tellLibraries(terminal, libraries)
  if (gpu) return
  terminal.note(`\nNo GPU is used${reason ? `. TensorFlow says: ${reason}` : ''}`)
  if (libraries.some((one) => !one.package && !one.path))
    terminal.note(`Install NVIDIA's driver, ${leastDriver} or later.`)
  if (libraries.some((one) => one.package && !one.path)) tellPackages(terminal, cuda)
}

function tellPackages(terminal: Terminal, { libraries, target }: CudaHere) {
  // With --target, pip replaces the whole folder, so what is in it is named again.
  const wanted = libraries.filter(({ path }) => !path || (target && path.startsWith(target)))
  const packages = wanted.flatMap((one) => one.package ?? [])
  terminal.note(
    "The missing libraries come with CUDA 12 and cuDNN 9, or from Python's index (2.9 GB in all); then repeat this command:",
  )
  const place = target ? ['--no-deps', '--upgrade', '--target', target] : []
  const words = ['python3', '-m', 'pip', 'install', ...place, ...packages]
  terminal.line(`  ${terminal.colors.cyan(words.map(quoted).join(' '))}`)
}

/** The oldest driver that runs CUDA 12, by NVIDIA's table of compatibility. */
const leastDriver = 525
