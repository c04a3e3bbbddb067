import { createHash } from 'node:crypto'

/** SHA-256 of the labels as bytes, then the pixels. */
export function digest({ labels, pixels, classes }) {
  const bytes = classes ? Uint8Array.from(labels, (label) => Number(classes[label])) : labels
  return createHash('sha256').update(bytes).update(pixels).digest('hex')
}
