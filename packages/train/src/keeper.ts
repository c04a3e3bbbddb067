import type { Snapshot } from './checkpoint.ts'
import { CPU_FLOPS_PER_SECOND } from './device/rule.ts'
import { flopsOf } from './profile/flops.ts'
import type { Ready } from './setup.ts'

/** What a CPU does in ten seconds: so much is done again at most where a device is lost, beside a chunk of steps. */
const KEPT_FLOPS = 10 * CPU_FLOPS_PER_SECOND

/** Keeps points in memory from which a training can go on elsewhere. */
export interface Keeper {
  /** A CPU is not lost. */
  isNeeded: boolean
  keep(snapshot: Snapshot): void
  /** To be called between two chunks, with the steps done in all: keeps one where the last one is too long ago. */
  keepNowAndThen(total: number): Promise<void>
}

/** `snapshot` gives the training as it stands; the position in it goes on to change. */
export function createKeeper(
  { device, graph, memory }: Pick<Ready, 'device' | 'graph' | 'memory'>,
  snapshot: () => Promise<Snapshot>,
): Keeper {
  const isNeeded = device !== 'cpu'
  // By the size of the steps, not by a clock: what is done again is then the same each time.
  const steps = Math.ceil(KEPT_FLOPS / Math.max(1, flopsOf(graph.step)))
  const keep = ({ position, ...rest }: Snapshot) => {
    if (isNeeded) memory.kept = { position: structuredClone(position), ...rest }
  }
  return {
    isNeeded,
    keep,
    async keepNowAndThen(total) {
      memory.total = total
      if (isNeeded && total - memory.kept.position.total >= steps) keep(await snapshot())
    },
  }
}
