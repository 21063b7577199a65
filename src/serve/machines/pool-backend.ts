import { ZosiaError } from '../../errors.js';
import type { Backend } from '../backend.js';
import type { ServedEntry } from '../models/served-entry.js';
import { MachinePool } from './pool.js';
import type { PoolOptions } from './pool.js';
import type { PlannedMachine } from './planned-machine.js';

export interface PoolBackendOptions extends Omit<PoolOptions, 'plan'> {
  /** The models that there are now. */
  readonly entries: () => Promise<readonly ServedEntry[]>;
  /** Makes the machine of one ready to be started. @throws whatever is wrong with it */
  readonly plan: (entry: ServedEntry, signal: AbortSignal) => Promise<PlannedMachine>;
}

/** Models, each in a machine of its own that a pool wakes and puts away. */
export class PoolBackend implements Backend {
  readonly pool: MachinePool;
  readonly models: PoolBackendOptions['entries'];

  constructor(options: PoolBackendOptions) {
    const { entries, plan } = options;
    this.models = entries;
    this.pool = new MachinePool({
      ...options,
      async plan(model, signal) {
        const found = (await entries()).find(({ name }) => name === model);
        if (found) return plan(found, signal);
        throw new ZosiaError('ZOSIA_MODEL_NOT_SERVED', `the model ${model} is not there any more`);
      },
    });
  }

  readonly lease: Backend['lease'] = (model, signal, sinceMs) =>
    this.pool.lease(model, signal, sinceMs);
  readonly stateOf: Backend['stateOf'] = (model) => this.pool.stateOf(model);
}
