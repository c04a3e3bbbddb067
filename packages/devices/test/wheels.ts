import { writeFileSync } from 'node:fs'
import { type Member, zipOf } from '../../files/test/writer.ts'
import { elfOf } from './images.ts'
import { buildText, commit as builtFrom, providerFiles, version } from './runtimes.ts'

/** What a small wheel says of itself; the rest is as in TensorFlow's. */
export interface WheelParts {
  name?: string
  version?: string
  tag?: string
  cuda?: boolean
  /** Members besides, or in place of, the usual ones; undefined leaves one out. */
  members?: Record<string, string | undefined>
}

/** Writes a wheel that is TensorFlow's in all but its libraries, which are text. */
export function writeWheel(file: string, parts: WheelParts = {}): string {
  writeFileSync(file, wheelOf(parts))
  return file
}

function wheelOf({ name = 'tensorflow_cpu', version = '2.21.0', tag, cuda = false, members = {} }: WheelParts) {
  const info = `${name}-${version}.dist-info`
  const needed = ['absl-py>=1.0.0', 'nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"']
  const about = `[('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', ${cuda ? 'True' : 'False'})]`
  const all: Record<string, string | undefined> = {
    [`${info}/METADATA`]: [
      `Metadata-Version: 2.4\nName: ${name}\nVersion: ${version}`,
      ...needed.map((one) => `Requires-Dist: ${one}`),
    ].join('\n'),
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nTag: ${tag ?? 'cp312-cp312-manylinux_2_27_x86_64'}\n`,
    'tensorflow/python/platform/build_info.py': `build_info = collections.OrderedDict(${about})\n`,
    'tensorflow/libtensorflow_cc.so.2': 'no library',
    'tensorflow/libtensorflow_framework.so.2': 'no library',
    ...members,
  }
  return zipWith(all)
}

function zipWith(members: Readonly<Record<string, string | Uint8Array | undefined>>): Uint8Array {
  return zipOf(
    Object.entries(members).flatMap(([name, data]): Member[] => (data === undefined ? [] : [{ name, data }])),
  )
}

/** What a small wheel of onnxruntime-gpu says of itself; the rest is as in the real one. */
export interface ProviderWheelParts {
  name?: string
  version?: string
  /** The commit that the onnxruntime in it says. */
  commit?: string
  tag?: string
  members?: Record<string, string | Uint8Array | undefined>
}

/** Writes a wheel that is onnxruntime-gpu's in all but its code. */
export function writeProviderWheel(file: string, parts: ProviderWheelParts = {}): string {
  const { name = 'onnxruntime-gpu', commit = builtFrom, tag = 'cp312-cp312-manylinux_2_28_x86_64' } = parts
  const info = `onnxruntime_gpu-${parts.version ?? version}.dist-info`
  const files = providerFiles({ texts: [parts.version ?? version] })
  const inside = Object.entries(files).map(([name, data]) => [`onnxruntime/capi/${name}`, data] as const)
  const members = {
    [`${info}/METADATA`]: `Metadata-Version: 2.4\nName: ${name}\nVersion: ${parts.version ?? version}\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nTag: ${tag}\n`,
    'onnxruntime/capi/build_and_package_info.py': "package_name = 'onnxruntime-gpu'\ncuda_version = '13.0'\n",
    [`onnxruntime/capi/libonnxruntime.so.${version}`]: elfOf({ texts: [buildText(commit)] }),
    ...Object.fromEntries(inside),
    ...parts.members,
  }
  writeFileSync(file, zipWith(members))
  return file
}
