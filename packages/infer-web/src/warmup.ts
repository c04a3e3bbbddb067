import type { Runner } from '@pixelrow/classifier'

/** A first run, which is slower than those after it. */
export async function warmUp(runner: Runner): Promise<void> {
  const { height, width, channels } = runner.model.shape
  await runner.run(new Uint8Array(height * width * channels), 1)
}
