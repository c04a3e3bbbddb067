import {
  type Chunk,
  type Device,
  type Engine,
  engines,
  TrainError,
  type Trainer,
  type TrainingGraph,
} from '@pixelrow/train'

/** What is other on a card than on the CPU that stands in for it. */
export interface Card {
  device?: Partial<Device>
  /** Its steps; default: the CPU's. */
  train?: (trainer: Trainer, chunk: Chunk, graph: TrainingGraph) => ReturnType<Trainer['train']>
  /** Which of the two has to do all its steps twenty times more, on a trainer of its own: slow by work, which no load of the machine changes. */
  slow?: 'cpu' | 'cuda'
  /** What its state says. */
  state?: (trainer: Trainer) => ReturnType<Trainer['state']>
}

/** The real engine, which has a `cuda` beside its CPU: the very same CPU, spoilt as the card says. `compiled` lists what was compiled. */
export function withCard({ device, train, state, slow }: Card = {}): Engine & { compiled: string[] } {
  const real = engines.onnxruntime
  const compiled: string[] = []
  const card: Device = { name: 'cuda', available: true, adapter: { name: 'A Card', type: 'hardware' }, ...device }
  return {
    name: 'onnxruntime',
    compiled,
    async devices(names) {
      const all = [card, ...(await real.devices(['cpu']))]
      return all.filter(({ name }) => !names || names.includes(name))
    },
    async compile(graph, options) {
      compiled.push(options.device)
      const onCpu = { ...options, device: 'cpu' }
      const plain = await real.compile(graph, onCpu)
      const trainer = slow === options.device ? burdened(plain, await real.compile(graph, onCpu)) : plain
      if (options.device === 'cpu') return trainer
      return {
        ...trainer,
        ...(train && { train: (chunk) => train(trainer, chunk, graph) }),
        ...(state && { state: () => state(trainer) }),
      }
    },
  }
}

/** A trainer that another one holds up. */
function burdened(trainer: Trainer, burden: Trainer): Trainer {
  return {
    ...trainer,
    async train(chunk) {
      for (let time = 0; time < 20; time++) await burden.train(chunk)
      return trainer.train(chunk)
    },
    async close() {
      await burden.close()
      await trainer.close()
    },
  }
}

/** What an engine throws when its device is gone. */
export function lost(reason: string, cause?: 'memory'): TrainError {
  return new TrainError({
    code: 'TRAIN_DEVICE_LOST',
    params: { device: 'cuda', reason, ...(cause && { cause }) },
    message: `The device cuda is lost: ${reason}.`,
  })
}
