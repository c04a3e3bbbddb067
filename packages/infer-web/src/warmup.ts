import type { Runner } from '@pixelrow/classifier'

/** A first run, which is slower than those after it. */
export async function warmUp({ model: { shape }, run }: Runner): Promise<void> {
  await run(new Uint8Array(shape.height * shape.width * shape.channels), 1)
}
