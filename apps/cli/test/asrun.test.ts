import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { csv, done, forms, held, pictures, short, unseen } from './forms.ts'
import { workFolder } from './helpers.ts'

test.each(Object.entries(forms))(
  '%s: eval, predict and export read as the run did, without its flags',
  async (_, form) => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'train.csv'), csv(form, { rows: 90, seed: 1 }, true))
    writeFileSync(join(cwd, 'held.csv'), csv(form, held, true))
    writeFileSync(join(cwd, 'test.csv'), csv(form, unseen, false))
    await done(['train', 'train.csv', '-o', 'run', ...form.flags, ...short], cwd)
    const { stdout } = await done(['eval', 'run', 'held.csv', '--json'], cwd)
    expect(JSON.parse(stdout)).toMatchObject({ accuracy: 1, rows: held.rows })
    const told = await done(['predict', 'run/model.onnx', 'test.csv', '--json'], cwd)
    const { labels } = pictures(unseen)
    const ids = labels.map((_, row) => (form.ids ? `r${row}` : String(row + 1)))
    expect(JSON.parse(told.stdout)).toMatchObject({ labels, ids })
    const smaller = ['export', 'run', '-o', 'half.onnx', '--precision', 'float16', '--max-loss', '1']
    expect((await done([...smaller, '--check', 'held.csv'], cwd)).stdout).toMatch(
      /accuracy 1\.0000 .* on 30 rows of held\.csv: /,
    )
  },
  60_000,
)
