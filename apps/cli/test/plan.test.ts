import { cnn, linear, mlp, resnet } from '@pixelrow/model'
import { expect, test } from 'vitest'
import { layersOf } from '../src/training/plan.ts'

const source = {
  shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
}

test('an architecture is told in a short line that is true', () => {
  expect(layersOf(linear(source))).toBe('784 → 10')
  expect(layersOf(mlp(source, { hidden: [300, 100] }))).toBe('784 → 300 → 100 → 10')
  // 5·5·16+16, 3·3·16·32+32, 3·3·32·64+64, 7·7·64/… by hand: 416 + 4,640 + 18,496 + 576·10+10.
  expect(layersOf(cnn(source))).toBe('28×28×1 → conv 16 → conv 32 → pool → … → 10, 29,322 parameters')
  expect(layersOf(cnn(source, { filters: [8] }))).toBe('28×28×1 → conv 8 → pool → 10, 4,138 parameters')
  expect(layersOf(resnet(source, { filters: [16, 32] }))).toMatch(
    /^28×28×1 → conv 16 → residual 16 → residual 32 → pool → 10, [\d,]+ parameters$/,
  )
})
