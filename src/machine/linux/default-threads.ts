import type { AcceleratorName } from '../accelerator/accelerator.js';

/**
 * How many threads llama.cpp gets where nobody says: undefined leaves it the number of processors.
 *
 * On an emulated machine it is one. Two threads meet at a barrier some hundreds of times for each token, and
 * waking the other takes an emulated machine longer than what it has to do until the next one; on a host
 * that is busy, the one that is waited for does not run at all. docs/performance.md has the figures, which
 * `npm run bench:threads` prints.
 */
export const defaultThreads = (accel: AcceleratorName, cpus: number): number | undefined =>
  accel === 'tcg' && cpus > 1 ? 1 : undefined;
