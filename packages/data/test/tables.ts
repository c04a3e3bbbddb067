/** The first rows of tables that people really have: their true headers and layouts, with made-up pictures. */

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** A smooth made-up picture of one channel, `size × size`, values 0..white, the corners black; row by row. */
export function picture(seed: number, size: number, white = 255): number[] {
  const [x0, y0] = [size * (0.4 + 0.05 * (seed % 5)), size * (0.4 + 0.05 * ((seed * 3) % 5))]
  return range(size * size).map((i) => {
    const distance = Math.hypot((i % size) - x0, Math.floor(i / size) - y0) / (size * 0.4)
    return Math.max(0, Math.round(white * (1 - distance * distance)))
  })
}

/** Three planes that differ, red, green and blue. */
export const colours = (seed: number, size: number) =>
  [0, 1, 2].map((channel) => picture(seed + 2 * channel, size, 255 - 60 * channel))
export const planar = (planes: number[][]) => planes.flat()
export const interleaved = (planes: number[][]) => planes[0]!.flatMap((_, i) => planes.map((plane) => plane[i]!))
const turned = (image: number[], size: number) =>
  range(size * size).map((i) => image[(i % size) * size + Math.floor(i / size)]!)

const csv = (header: string[] | undefined, rows: (string | number)[][]) =>
  `${[...(header ? [header] : []), ...rows].map((row) => row.join(',')).join('\n')}\n`
const counted = (prefix: string, first: number, count: number, digits = 0) =>
  range(count).map((i) => `${prefix}${String(i + first).padStart(digits, '0')}`)

export const tables = {
  /** Kaggle's Digit Recognizer. */
  digitRecognizer: () =>
    csv(
      ['label', ...counted('pixel', 0, 784)],
      [1, 0, 4].map((label) => [label, ...picture(label, 28)]),
    ),
  digitRecognizerTest: () =>
    csv(
      counted('pixel', 0, 784),
      [1, 2].map((seed) => picture(seed, 28)),
    ),
  /** zalando-research/fashionmnist. */
  fashion: () =>
    csv(
      ['label', ...counted('pixel', 1, 784)],
      [2, 9, 6].map((label) => [label, ...picture(label, 28)]),
    ),
  /** datamunge/sign-language-mnist: J (9) and Z need a movement and are not there. */
  signs: () =>
    csv(
      ['label', ...counted('pixel', 1, 784)],
      [3, 6, 24, 10, 8, 3].map((label) => [label, ...picture(label, 28)]),
    ),
  /** oddrationale/mnist-in-csv. */
  oddrationale: () =>
    csv(
      ['label', ...range(784).map((i) => `${Math.floor(i / 28) + 1}x${(i % 28) + 1}`)],
      [7, 2].map((label) => [label, ...picture(label, 28)]),
    ),
  /** OpenML's mnist_784. */
  openml: () =>
    csv(
      [...counted('pixel', 1, 784), 'class'],
      [5, 0, 4].map((label) => [...picture(label, 28), label]),
    ),
  /** Kannada-MNIST. */
  kannada: () =>
    csv(
      ['label', ...counted('pixel', 0, 784)],
      [0, 1, 2].map((label) => [label, ...picture(label, 28)]),
    ),
  kannadaTest: () =>
    csv(
      ['id', ...counted('pixel', 0, 784)],
      [0, 1, 300].map((id) => [id, ...picture(id, 28)]),
    ),
  /** scikit-learn's digits (UCI optdigits): 8 × 8, 0..16, no header, label last. */
  digits: () =>
    csv(
      undefined,
      range(12).map((i) => [...picture(i, 8, 16), i % 5]),
    ),
  /** scikit-learn's `load_digits(as_frame=True).frame.to_csv(index=False)`. */
  digitsFrame: () =>
    csv(
      [...range(64).map((i) => `pixel_${Math.floor(i / 8)}_${i % 8}`), 'target'],
      [0, 1, 2].map((label) => [...picture(label, 8, 16).map((v) => v.toFixed(1)), label]),
    ),
  /** EMNIST letters: no header, label 1..26 first, pictures column by column. */
  emnist: () =>
    csv(
      undefined,
      range(12).map((i) => [23 - (i % 4), ...turned(picture(i, 28), 28)]),
    ),
  /** HAM10000's hmnist_28_28_RGB.csv. */
  skin: () =>
    csv(
      [...counted('pixel', 0, 2352, 4), 'label'],
      [2, 4, 6].map((label) => [...interleaved(colours(label, 28)), label]),
    ),
  /** CIFAR-10's binary rows as CSV: all red, then all green, then all blue. */
  cifar: () =>
    csv(
      ['label', ...counted('pixel', 0, 3072)],
      [6, 9].map((label) => [label, ...planar(colours(label, 32))]),
    ),
  /** FER2013. */
  faces: () =>
    csv(
      ['emotion', 'pixels', 'Usage'],
      [
        [0, picture(0, 48).join(' '), 'Training'],
        [2, picture(2, 48).join(' '), 'PrivateTest'],
      ],
    ),
  /** Any of them divided by 255. */
  scaled: () =>
    csv(
      ['label', ...counted('pixel', 0, 784)],
      [1, 0].map((label) => [label, ...picture(label, 28).map((v) => v / 255)]),
    ),
}
