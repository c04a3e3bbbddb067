import { writeFileSync } from 'node:fs'
import { type Member, zipOf } from '../../files/test/writer.ts'

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
  const written = Object.entries(all).flatMap(([name, data]): Member[] => (data === undefined ? [] : [{ name, data }]))
  return zipOf(written)
}
