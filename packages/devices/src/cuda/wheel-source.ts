import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { extractZip, readZip, type Zip } from '@pixelrow/files'
import { textIn, wheelSays } from '../setup/wheel.ts'
import { commitFinder } from './commit.ts'
import { wheelTags } from './machine.ts'
import { allParts, neededParts, providerName } from './provider-names.ts'
import { another, type ProviderSource, type Unpacking, type Wanted } from './source.ts'

/** The folder of a wheel in which its libraries are. */
const inside = 'onnxruntime/capi'

/** Reads what a wheel of onnxruntime-gpu holds. Throws where it is another wheel, or for another machine. */
export async function wheelSource(file: string, wanted: Wanted): Promise<ProviderSource> {
  const zip = await readZip(file)
  try {
    const { name, version, tag } = await wheelSays(zip)
    if (!/^onnxruntime[-_]gpu$/.test(name))
      throw another(wanted, file, name ? `the wheel of ${name}` : 'a zip that is no wheel')
    if (!tag.endsWith(wheelTags.ending)) throw another(wanted, file, `one for ${tag || 'an unknown machine'}`)
    const [missing] = neededParts.map((part) => `${inside}/${providerName(part)}`).filter((each) => !zip.entry(each))
    if (missing) throw another(wanted, file, `one without ${missing}`)
    const members = allParts.flatMap((part) => zip.entry(`${inside}/${providerName(part)}`) ?? [])
    const about = await textIn(zip, `${inside}/build_and_package_info.py`)
    return {
      ...{ file, version, commit: await commitIn(zip) },
      cuda: /^cuda_version = '([\d.]+)'/m.exec(about)?.[1] ?? 'unknown',
      bytes: members.reduce((sum, { size }) => sum + size, 0),
      unpack: (folder, job) => unpack(file, folder, { ...job, names: members.map((member) => member.name) }),
    }
  } finally {
    await zip.close()
  }
}

/** The commit that the wheel's own onnxruntime says; empty where it has none, or says none. */
async function commitIn(zip: Zip): Promise<string> {
  const library = zip.entries.find(({ name }) => /\/capi\/libonnxruntime\.so[\d.]*$/.test(name))
  if (!library) return ''
  const find = commitFinder()
  for await (const bytes of zip.open(library)) {
    const commit = find(bytes)
    if (commit) return commit
  }
  return ''
}

async function unpack(file: string, folder: string, { names, signal, onBytes }: Unpacking & { names: string[] }) {
  const unpacked = join(folder, 'unpacked')
  await mkdir(folder, { recursive: true })
  const { files } = await extractZip(file, unpacked, {
    filter: ({ name }) => names.includes(name),
    ...(signal && { signal }),
    onProgress: ({ bytes }) => onBytes(bytes),
  })
  for (const each of files) await rename(each, join(folder, basename(each)))
  await rm(unpacked, { recursive: true })
}
