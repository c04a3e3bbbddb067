import {
  builtTfjs,
  checkTfjs,
  findNvidia,
  lookAtDevices,
  nvidiaGpus,
  removeTfjs,
  SetupError,
  setupTfjs,
  surveyDevices,
  type TfjsBuild,
  toolsHere,
} from '@pixelrow/devices'
import { librariesFor } from '@pixelrow/devices/preload'
import { expect, test } from 'vitest'

/** What nobody who reads the types would pass. */
const options = <Options>(value: unknown) => value as Options

test.each<[string, () => unknown, string]>([
  ['setupTfjs', () => setupTfjs(options({ gpus: true })), 'setupTfjs: there is no option gpus. Did you mean gpu?'],
  ['setupTfjs', () => setupTfjs(options({ gpu: 1 })), 'setupTfjs: gpu must be true or false; found 1.'],
  [
    'setupTfjs',
    () => setupTfjs(options({ path: 'x' })),
    'setupTfjs: there is no option path. There are: cache, gpu, from, signal, onProgress.',
  ],
  ['builtTfjs', () => builtTfjs(options({ chache: 'x' })), 'builtTfjs: there is no option chache. Did you mean cache?'],
  [
    'findNvidia',
    () => findNvidia(undefined, options({ cahce: 'x' })),
    'findNvidia: there is no option cahce. Did you mean cache?',
  ],
  ['nvidiaGpus', () => nvidiaGpus(options({ signal: 5 })), 'nvidiaGpus: signal must be an AbortSignal; found 5.'],
  [
    'librariesFor',
    () => librariesFor('cuda', options({ runtime: 5 })),
    'librariesFor: runtime must be a text; found 5.',
  ],
  [
    'lookAtDevices',
    () => lookAtDevices(options({ runtime: 'x', devices: ['gpu'] })),
    'lookAtDevices: devices must be a list of cuda, webgpu, cpu; found ["gpu"].',
  ],
  [
    'lookAtDevices',
    () => lookAtDevices(options({})),
    "lookAtDevices: runtime must be the path of onnxruntime-node's entry; found undefined.",
  ],
  [
    'surveyDevices',
    () => surveyDevices(options({ runtime: 'x', seconds: 0 })),
    'surveyDevices: seconds must be a number above 0; found 0.',
  ],
  [
    'surveyDevices',
    () => surveyDevices(options(undefined)),
    "surveyDevices: runtime must be the path of onnxruntime-node's entry; found undefined.",
  ],
  [
    'toolsHere',
    () => toolsHere(options({ signals: 5 })),
    'toolsHere: there is no option signals. Did you mean signal?',
  ],
  ['removeTfjs', () => removeTfjs(options({ cache: 5 })), 'removeTfjs: cache must be a text; found 5.'],
  [
    'checkTfjs',
    () => checkTfjs({} as TfjsBuild, options({ signal: 5 })),
    'checkTfjs: signal must be an AbortSignal; found 5.',
  ],
])('%s refuses what is no option of it: %#', async (_, work, message) => {
  const error = await (async () => work())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SetupError)
  const { code, params, message: said } = error as SetupError
  expect(said).toBe(message)
  expect(code).toMatch(/^DEVICES_OPTION_(UNKNOWN|INVALID)$/)
  expect(params).toMatchObject({ option: expect.any(String) })
})
