import { type CudaGpu, type CudaSetup, removeCuda, setupCuda, shownTargets } from '@pixelrow/devices'
import type { Context } from '../../../context.ts'
import { UsageError } from '../../../line/errors.ts'
import { command } from '../../../line/paste.ts'
import type { Terminal } from '../../../terminal/terminal.ts'
import { runtimeEntry } from '../../../versions.ts'
import { tellLibraries, tellProgress, tellRemoved } from '../telling.ts'
import type { SetupCudaOptions } from './command.ts'

/** `pixelrow setup cuda`: places onnxruntime's CUDA provider beside onnxruntime-node, or removes what was placed. */
export async function run(context: Context, { remove = false, from }: SetupCudaOptions): Promise<void> {
  if (remove && from !== undefined)
    throw new UsageError('--remove removes all that setup cuda has placed', command('setup', 'cuda', '--remove'), {
      code: 'CLI_FLAG_CONFLICT',
      params: { flag: '--remove', other: '--from' },
    })
  const runtime = runtimeEntry()
  if (remove) return tellRemoved(context, await removeCuda({ runtime }))
  const { terminal, signal } = context
  context.undone = 'the set-up did not come to its end'
  context.uncertain = `A temporary folder may be left; ${command('setup', 'cuda', '--remove')} removes it.`
  const setup = await setupCuda({
    ...{ runtime, signal, onProgress: (progress) => tellProgress(context, progress) },
    ...(from !== undefined && { from }),
  })
  terminal.transient()
  terminal.json(setup)
  tell(terminal, setup)
}

function tell(terminal: Terminal, setup: CudaSetup): void {
  const { version, commit, cuda, folder, libraries, gpus, targets } = setup
  terminal.result(`The CUDA ${cuda} provider of onnxruntime ${version} (commit ${commit}) ${stateOf(setup)}`)
  terminal.result(`in ${folder}`)
  terminal.result(`It has code for GPUs of compute capability ${shownTargets(targets)}`)
  for (const gpu of gpus) tellGpu(terminal, gpu)
  terminal.result()
  terminal.result("NVIDIA's libraries that it needs, cuDNN for convolutions and pooling alone:")
  tellLibraries(terminal, libraries)
  terminal.result()
  terminal.result(verdict(setup))
  tellNext(terminal, setup)
}

function stateOf({ owner, wasThere, placed }: CudaSetup): string {
  if (owner === 'onnxruntime-node') return "was placed by onnxruntime-node's own script, and is kept"
  if (placed.length === 0) return 'is in place already'
  return wasThere ? 'was in the cache, and is linked again' : 'is set up'
}

function tellGpu(terminal: Terminal, { name, capability, driver, hasCode }: CudaGpu): void {
  const code = hasCode ? 'can use it' : 'cannot use it, and has --device webgpu'
  terminal.result(`${name} (${capability}, driver ${driver}) ${code}`)
}

function verdict({ works, reason, trial }: CudaSetup): string {
  if (!works) return `A session on CUDA does not start: ${reason}`
  const least = trial?.convolves === false ? ', and convolutions do not run yet' : ''
  return `A session on CUDA computes rightly${least}`
}

function tellNext(terminal: Terminal, { works, install, libraries }: CudaSetup): void {
  const paste = (text: string) => terminal.line(`  ${terminal.colors.cyan(text)}`)
  if (install.everything) {
    terminal.note('\nThe libraries that are missing come with CUDA, or with pip; then repeat this command:')
    paste(install.everything)
  }
  if (install.convolutions) {
    terminal.note(`\n${install.everything ? 'The same with cuDNN' : 'cuDNN'}, for nets that convolve or pool:`)
    paste(install.convolutions)
  }
  if (libraries.some((one) => !one.package && !one.path))
    terminal.note("\nNVIDIA's driver is not there: it brings libcuda.")
  terminal.note(works ? '\nNext, train with it:' : '\nWhat else is missing:')
  paste(works ? command('run', '--device', 'cuda') : command('doctor'))
}
