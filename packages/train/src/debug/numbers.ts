/** What the numbers of a tensor are like. */
export interface Numbers {
  /** Of the tensor. */
  name: string
  size: number
  /** How many are NaN or infinite. */
  notFinite: number
  /** The least and the most of the others; not there where all are NaN or infinite. */
  least?: number
  most?: number
}

/** Counts and bounds a tensor's numbers. */
export function numbersOf(name: string, data: Float32Array): Numbers {
  let [notFinite, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of data) {
    if (!Number.isFinite(value)) notFinite++
    else {
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  return { name, size: data.length, notFinite, ...(notFinite < data.length && { least, most }) }
}

/** The first number that is NaN or infinite. */
export function firstNotFinite(data: Float32Array): number | undefined {
  return data.find((value) => !Number.isFinite(value))
}
