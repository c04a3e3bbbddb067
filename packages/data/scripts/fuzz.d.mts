/** Reads so many seeded files in every way and compares; stops after ten differences. */
export function fuzz(
  files: number,
  seed?: number,
  onProgress?: (done: number) => void,
): Promise<{ accepted: number; refused: number; differences: string[] }>
