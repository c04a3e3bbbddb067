import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { providerOf, removeCuda, runtimeAt, SetupError, setupCuda } from '@pixelrow/devices'
import { FileError } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { at, failure, kept, names, setUp, usePlace, wheel } from './cuda-place.ts'
import { commit, providerFiles, version, writeFiles } from './runtimes.ts'
import { type ProviderWheelParts, writeProviderWheel } from './wheels.ts'

usePlace()

const [cuda, shared] = names

describe('a wheel that is given', () => {
  test('comes into the cache with what is known of it, and is linked beside the runtime', async () => {
    const texts: string[] = []
    const setup = await setUp({ from: wheel(), onProgress: ({ text }) => texts.push(text) })
    expect(setup).toMatchObject({
      ...{ version, commit, cuda: '13.0', owner: 'pixelrow', folder: kept(), wasThere: false, works: false, gpus: [] },
      targets: { sass: [75, 80, 90, 120], ptx: [] },
      reason: expect.any(String),
    })
    expect(setup.placed.sort()).toEqual(names.map((name) => join(at.binaries, name)))
    for (const name of names) expect(readlinkSync(join(at.binaries, name))).toBe(join(kept(), name))
    expect(readdirSync(kept()).sort()).toEqual(['.complete', ...names, 'manifest.json'])
    expect(providerOf(runtimeAt(at.entry), { cache: at.cache })).toMatchObject({
      owner: 'pixelrow',
      version,
      commit,
      cuda: 13,
      fits: true,
    })
    expect([...new Set(texts)]).toEqual([
      `Unpacking the CUDA provider of onnxruntime ${version}`,
      'Trying it in a process of its own',
    ])
  })

  test('names what is missing of NVIDIA with the command that brings it, cuDNN apart', async () => {
    const { install, libraries } = await setUp({ from: wheel() })
    const packages = 'nvidia-cuda-runtime~=13.0 nvidia-cublas~=13.0 nvidia-curand~=10.0'
    const command = `python3 -m pip install --upgrade --target ${join(at.cache, 'cuda/nvidia')} ${packages}`
    expect(libraries.find(({ library }) => library === 'libcudnn.so.9')?.neededFor).toBe('convolutions')
    expect(install).toEqual({ everything: command, convolutions: `${command} nvidia-cudnn-cu13~=9.0` })
  })

  test('names again what its command has brought, which pip replaces as a whole', async () => {
    const { 'libonnxruntime_providers_shared.so': library = Buffer.alloc(0) } = providerFiles()
    const brought = ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10']
    for (const name of brought) writeFiles(join(at.cache, 'cuda/nvidia/nvidia/cu13/lib'), { [name]: library })
    const { install } = await setUp({ from: wheel() })
    expect(install.everything).toBeUndefined()
    expect(install.convolutions).toMatch(/ nvidia-cuda-runtime~=13\.0 nvidia-cublas~=13\.0 .* nvidia-cudnn-cu13~=9\.0$/)
  })

  test.each<[string, ProviderWheelParts, string]>([
    ['of another version', { version: '1.29.0' }, 'found that of 1.29.0'],
    ['of another commit', { commit: '0123456789' }, 'found one of commit 0123456789'],
    ['of another project', { name: 'onnxruntime' }, 'found the wheel of onnxruntime'],
    ['for another machine', { tag: 'cp312-cp312-win_amd64' }, 'found one for cp312-cp312-win_amd64'],
    [
      'without the provider',
      { members: { [`onnxruntime/capi/${cuda}`]: undefined } },
      `found one without onnxruntime/capi/${cuda}`,
    ],
    [
      'without a commit',
      { members: { [`onnxruntime/capi/libonnxruntime.so.${version}`]: undefined } },
      'found one of commit unknown',
    ],
    [
      'whose provider is of another version',
      { members: { [`onnxruntime/capi/${cuda}`]: providerFiles({ texts: ['1.28.0'] })[cuda] } },
      'found a provider of 1.28.0 in it',
    ],
    [
      'whose provider is no library',
      { members: { [`onnxruntime/capi/${cuda}`]: 'text' } },
      'found a provider of an unknown version in it',
    ],
  ])('%s is refused, and leaves nothing', async (_, parts, problem) => {
    const from = wheel(parts)
    const error = await failure({ from })
    expect(error).toBeInstanceOf(SetupError)
    expect((error as SetupError).code).toBe('DEVICES_WHEEL_OTHER')
    expect(error.message).toContain(
      `${from}: expected the CUDA provider of onnxruntime ${version} (commit ${commit}) for linux on x64, `,
    )
    expect(error.message).toContain(problem)
  })

  test('that is another zip, no zip, cut, damaged or not there is refused, and leaves nothing', async () => {
    writeFileSync(join(at.folder, 'text.whl'), 'no zip at all')
    const whole = readFileSync(wheel())
    writeFileSync(join(at.folder, 'cut.whl'), whole.subarray(0, whole.length / 2))
    const damaged = Buffer.from(whole)
    const inside = whole.indexOf(`onnxruntime/capi/${cuda}`) + 60
    damaged.fill(0, inside, inside + 20)
    writeFileSync(join(at.folder, 'damaged.whl'), damaged)
    for (const name of ['text.whl', 'cut.whl', 'damaged.whl', 'missing.whl']) {
      const error = await failure({ from: join(at.folder, name) })
      expect(error, name).toBeInstanceOf(FileError)
      expect(error.message).toContain(join(at.folder, name))
    }
  })
})

describe('a folder that is given', () => {
  const given = () => join(at.folder, 'given')
  const library = () => readFileSync(join(at.binaries, 'libonnxruntime.so.1'))

  test.each(['', 'onnxruntime/capi'])('may hold what a wheel unpacks to, in %j', async (place) => {
    writeFiles(join(given(), place), { ...providerFiles(), [`libonnxruntime.so.${version}`]: library() })
    expect(await setUp({ from: given() })).toMatchObject({ commit, cuda: '13', wasThere: false })
    expect(readFileSync(join(at.binaries, cuda))).toEqual(providerFiles()[cuda])
  })

  test('may hold the wheel, among others', async () => {
    mkdirSync(given())
    for (const each of [version, '1.29.0'])
      writeProviderWheel(join(given(), `onnxruntime_gpu-${each}-cp312-cp312-x.whl`), { version: each })
    expect(await setUp({ from: given() })).toMatchObject({ version, cuda: '13.0' })
  })

  test("may be another machine's part of the cache", async () => {
    const other = join(at.folder, 'other')
    await setupCuda({ runtime: at.entry, cache: other, from: wheel() })
    await removeLinks()
    expect(await setUp({ from: join(other, 'cuda/linux-x64', `${version}-${commit}`) })).toMatchObject({ cuda: '13.0' })
  })

  test('of another version, of no known commit, or without a provider is refused', async () => {
    writeFiles(given(), { ...providerFiles({ texts: ['1.29.0'] }), 'libonnxruntime.so.1.29.0': library() })
    expect((await failure({ from: given() })).message).toContain('found that of 1.29.0')
    rmSync(given(), { recursive: true })
    writeFiles(given(), providerFiles())
    expect((await failure({ from: given() })).message).toContain('found one of commit unknown')
    rmSync(join(given(), shared))
    expect((await failure({ from: given() })).message).toContain(`found no ${shared} and ${cuda} in it`)
  })
})

const removeLinks = async () => {
  for (const name of names) unlinkSync(join(at.binaries, name))
}

describe('a second set-up', () => {
  test('after a reinstall finds the cache and links again, with no wheel and no tool', async () => {
    await setUp({ from: wheel() })
    rmSync(join(at.folder, 'given.whl'))
    expect(await setUp()).toMatchObject({ wasThere: true, placed: [] })
    await removeLinks()
    const texts: string[] = []
    const setup = await setUp({ onProgress: ({ text }) => texts.push(text) })
    expect(setup).toMatchObject({ wasThere: true, folder: kept() })
    expect(setup.placed).toHaveLength(2)
    expect(texts[0]).toBe(`The provider of onnxruntime ${version} is in the cache already`)
  })

  test('mends links whose cache was deleted, and a file in the cache that was changed', async () => {
    await setUp({ from: wheel() })
    rmSync(at.cache, { recursive: true })
    expect(await setUp({ from: wheel() })).toMatchObject({ wasThere: false })
    chmodSync(join(kept(), cuda), 0o644)
    writeFileSync(join(kept(), cuda), 'changed')
    expect(providerOf(runtimeAt(at.entry), { cache: at.cache })).toMatchObject({ owner: 'other', fits: false })
    expect(await setUp({ from: wheel() })).toMatchObject({ wasThere: false })
    expect(providerOf(runtimeAt(at.entry), { cache: at.cache })).toMatchObject({ owner: 'pixelrow', fits: true })
  })

  test('takes copies for its own', async () => {
    await setUp({ from: wheel() })
    for (const name of names) {
      const data = readFileSync(join(at.binaries, name))
      unlinkSync(join(at.binaries, name))
      writeFileSync(join(at.binaries, name), data)
    }
    expect(providerOf(runtimeAt(at.entry), { cache: at.cache })).toMatchObject({ owner: 'pixelrow', commit })
    expect(await setUp()).toMatchObject({ wasThere: true, placed: [] })
    expect((await removeCuda({ runtime: at.entry, cache: at.cache })).slice(0, 2).sort()).toEqual(
      names.map((name) => join(at.binaries, name)),
    )
  })
})

describe('files that others have placed', () => {
  test('of another version stay and are named, with the command that removes them', async () => {
    writeFiles(at.binaries, providerFiles({ texts: ['1.29.0'] }))
    const error = (await failure({ from: wheel() })) as SetupError
    const files = [shared, cuda].map((name) => join(at.binaries, name))
    expect(error.code).toBe('DEVICES_PROVIDER_FOREIGN')
    expect(error.params).toEqual({ files, version, found: 'one of version 1.29.0 for CUDA 13' })
    const [, command = ''] = /Remove it \((.*)\), and repeat/.exec(error.message) ?? []
    expect(command).toBe(`rm ${files.join(' ')}`)
    for (const file of command.split(' ').slice(1)) unlinkSync(file)
    expect(await setUp({ from: wheel() })).toMatchObject({ owner: 'pixelrow' })
  })

  test('of the script that comes with onnxruntime-node are kept where they fit, unless others are given', async () => {
    writeFiles(at.binaries, providerFiles({ needed: ['libcudart.so.12', 'libcublas.so.12'] }))
    const setup = await setUp()
    expect(setup).toMatchObject({
      owner: 'onnxruntime-node',
      cuda: '12',
      folder: at.binaries,
      placed: [],
      wasThere: true,
    })
    expect(setup.libraries.map(({ library }) => library)).toContain('libcublas.so.12')
    expect(existsSync(at.cache)).toBe(false)
    expect(await failure({ from: wheel() })).toBeInstanceOf(SetupError)
    expect(await removeCuda({ runtime: at.entry, cache: at.cache })).toEqual([])
    expect(existsSync(join(at.binaries, cuda))).toBe(true)
  })

  test('as a link to somewhere else stay', async () => {
    symlinkSync(join(at.folder, 'elsewhere'), join(at.binaries, cuda))
    expect((await failure({ from: wheel() })).message).toContain(join(at.binaries, cuda))
    expect(await removeCuda({ runtime: at.entry, cache: at.cache })).toEqual([])
  })
})

test('removing takes away links and cache, and a second time finds nothing', async () => {
  await setUp({ from: wheel() })
  writeFiles(join(at.cache, 'cuda/nvidia'), { 'x/y': '' })
  writeFiles(at.cache, { 'digits-2/x': '' })
  expect((await removeCuda({ runtime: at.entry, cache: at.cache })).sort()).toEqual(
    [...names.map((name) => join(at.binaries, name)), join(at.cache, 'cuda')].sort(),
  )
  expect(readdirSync(at.binaries)).toEqual(['libonnxruntime.so.1'])
  expect(readdirSync(at.cache)).toEqual(['digits-2'])
  expect(await removeCuda({ runtime: at.entry, cache: at.cache })).toEqual([])
  expect(realpathSync(at.cache)).toBeTruthy()
})
