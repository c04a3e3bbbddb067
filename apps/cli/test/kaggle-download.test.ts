import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kaggleSetting } from './kaggle-helpers.ts'

const rulesUrl = 'https://www.kaggle.com/competitions/digit-recognizer/rules'

describe('download', () => {
  test('puts all files into a folder of the name, unpacked, and what comes next can be pasted', async () => {
    const { pixelrow, cwd } = await kaggleSetting()
    const { code, stdout, stderr } = await pixelrow(['download'])
    const names = ['train.csv', 'test.csv', 'sample_submission.csv']
    expect({ code, stdout }).toEqual({ code: 0, stdout: names.map((name) => `digit-recognizer/${name}\n`).join('') })
    expect(readdirSync(cwd)).toEqual(['digit-recognizer'])
    expect(readdirSync(join(cwd, 'digit-recognizer')).sort()).toEqual(['.pixelrow', ...names].sort())
    expect(stderr).toMatch(
      /^Signing in to Kaggle by ~\/\.kaggle\/access_token\nDownloading the files of digit-recognizer to digit-recognizer\n/,
    )
    expect(stderr).toMatch(/\n {2}node \S+ run --data digit-recognizer\n$/)
  })

  test('-o and --only say where and what; what is there stays unless --overwrite', async () => {
    const { pixelrow, cwd, server } = await kaggleSetting()
    const address = 'https://www.kaggle.com/competitions/digit-recognizer/data'
    const words = ['download', '--competition', address, '-o', 'deep/er', '--only', 'test.csv', '--json', '-q']
    const { code, stdout, stderr } = await pixelrow(words)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      competition: 'digit-recognizer',
      folder: 'deep/er',
      files: ['deep/er/test.csv'],
    })
    const before = server.points().length
    writeFileSync(join(cwd, 'deep/er/test.csv'), 'mine')
    for (const again of [words, ['download', '-o', 'deep/er', '-q']]) {
      expect(await pixelrow(again)).toMatchObject({
        code: 1,
        stderr:
          'Error: deep/er/test.csv is there already\n' +
          'Fix: add --overwrite to replace what is there, or choose another folder with -o\n',
      })
    }
    expect(server.points().slice(before)).not.toContain('storage.get')
    expect(readFileSync(join(cwd, 'deep/er/test.csv'), 'utf8')).toBe('mine')
    expect(await pixelrow([...words, '--overwrite'])).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, 'deep/er/test.csv'), 'utf8')).toMatch(/^pixel0,/)
    expect(readdirSync(join(cwd, 'deep/er'))).toEqual(['.pixelrow', 'test.csv'])
  })

  test('--dataset brings a data set, and what comes next can be pasted and trains', async () => {
    const { pixelrow, cwd } = await kaggleSetting({}, {}, { dataset: 'zalando-research/fashionmnist' })
    const address = 'https://www.kaggle.com/datasets/zalando-research/fashionmnist'
    const { code, stdout, stderr } = await pixelrow(['download', '--dataset', address])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'fashionmnist/fashion-mnist_train.csv\nfashionmnist/fashion-mnist_test.csv\n',
    })
    const [, next] = /\n {2}node \S+ (train fashionmnist\/fashion-mnist_train\.csv)\n$/.exec(stderr)!
    expect(await pixelrow([...next!.split(' '), '--recipe', 'linear', '--epochs', '1'])).toMatchObject({ code: 0 })
    const again = await pixelrow(['download', '--dataset', address, '--json'])
    expect(again.stderr).toContain('fashionmnist/fashion-mnist_train.csv is there already')
    expect(readdirSync(cwd).sort()).toEqual(['fashionmnist', 'runs'])
    const both = await pixelrow(['download', '--dataset', address, '--competition', 'titanic'])
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('leave one away') })
  })

  test.each<[string, string[], RegExp]>([
    [
      'an unknown data set',
      ['--dataset', 'nobody/nothing'],
      /^Error: No data set "nobody\/nothing", or no access to it .*OWNER\/NAME\.\n/,
    ],
    [
      'an unknown file',
      ['--only', 'nope.csv'],
      /no file "nope\.csv"\. It has: train\.csv, test\.csv, sample_submission\.csv\.\n/,
    ],
    [
      'an unknown competition',
      ['--competition', 'digit-recogniser'],
      /^Error: No competition "digit-recogniser", or no access to it\. /,
    ],
    ['a file in the way of the folder', ['-o', 'file/x'], /^Error: .*file.*\n/],
  ])('%s is told in a sentence, and no folder is left', async (_, words, message) => {
    const { pixelrow, cwd } = await kaggleSetting()
    writeFileSync(join(cwd, 'file'), '')
    const { code, stdout, stderr } = await pixelrow(['download', ...words, '-q'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(readdirSync(cwd)).toEqual(['file'])
  })

  test('rules that are not accepted: the page to open', async () => {
    const { pixelrow, cwd, server, right } = await kaggleSetting({}, { joined: false })
    writeFileSync(join(cwd, 's.csv'), right)
    for (const words of [
      ['download'],
      ['run', '--kaggle'],
      ['run', '--kaggle', '--submit', '-y'],
      ['submit', 's.csv', '-y'],
    ]) {
      const { code, stderr } = await pixelrow([...words, '-q'])
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `Error: You have not joined digit-recognizer. Open ${rulesUrl}, accept the rules, and run this again.\n`,
      })
    }
    expect(readdirSync(cwd)).toEqual(['s.csv'])
    expect(server.points().filter((point) => point.startsWith('storage'))).toEqual([])
  })
})
