import type { AcceleratorName } from '../qemu/host-spec.js';
import { MIB } from '../../image/units.js';

/** Models with fewer bytes of weights have little to do between two meetings of their threads. */
const SMALL_MODEL_BYTES = 16 * MIB;

/**
 * How many threads llama.cpp gets where nobody says: undefined leaves it the number of processors.
 *
 * A small model on an emulated machine gets one. Threads meet at a barrier some hundreds of times for each
 * token, and waking another takes an emulated machine longer than what a small model has to do until the
 * next one. Larger models gain from each thread, and lose little where the host is busy, as threads that
 * wait sleep. docs/performance.md has the figures, which `npm run bench:threads` prints.
 *
 * @param weightBytes of the model, if it is known
 */
export function defaultThreads(
  accel: AcceleratorName,
  cpus: number,
  weightBytes: number | undefined,
): number | undefined {
  const isSmall = weightBytes !== undefined && weightBytes < SMALL_MODEL_BYTES;
  return accel === 'tcg' && cpus > 1 && isSmall ? 1 : undefined;
}
