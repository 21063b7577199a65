import { checkFitsHost, ramForModelMiB } from '../qemu/memory.js';
import type { ModelMemory } from '../qemu/memory.js';
import { DEFAULT_MAX_CPUS } from '../qemu/resolve-host.js';

/** RAM for a machine of which nothing is known. */
const UNKNOWN_MODEL_RAM_MIB = 1024;

/** A model that needs more than this counts as big. */
const BIG_MODEL_MIB = 2048;

/** The machine that big models were made quick on. More memory than a model needs keeps its disk cached. */
const BIG_MODEL_SIZE = { ramMiB: 32_768, cpus: 6 } as const;

/** What a host has to give. */
export interface HostCapacity {
  readonly freeMiB: number;
  readonly cpus: number;
}

/** Memory and processors, and what a user should know about them. */
export interface MachineSize {
  readonly ramMiB: number;
  readonly cpus: number;
  readonly notes: readonly string[];
}

/**
 * The size of a machine that nobody has asked for: what the model needs; a big model gets 32768 MiB and
 * 6 processors where the host has them, and otherwise a note.
 *
 * @throws ZosiaError `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`
 */
export function defaultSize(model: ModelMemory | undefined, host: HostCapacity): MachineSize {
  const neededMiB = model ? ramForModelMiB(model) : UNKNOWN_MODEL_RAM_MIB;
  checkFitsHost(neededMiB, host.freeMiB);
  if (neededMiB <= BIG_MODEL_MIB) {
    return { ramMiB: neededMiB, cpus: Math.min(host.cpus, DEFAULT_MAX_CPUS), notes: [] };
  }
  const wanted = { ...BIG_MODEL_SIZE, ramMiB: Math.max(neededMiB, BIG_MODEL_SIZE.ramMiB) };
  const ramMiB = wanted.ramMiB <= host.freeMiB ? wanted.ramMiB : neededMiB;
  const cpus = Math.min(wanted.cpus, host.cpus);
  const lacks = [
    ...(ramMiB < wanted.ramMiB ? [`${wanted.ramMiB} MiB of memory free`] : []),
    ...(cpus < wanted.cpus ? [`${wanted.cpus} processors`] : []),
  ];
  const notes =
    lacks.length === 0
      ? []
      : [
          `this host has not ${lacks.join(' and ')}, as models of this size like: ` +
            `the machine gets ${ramMiB} MiB and ${cpus}`,
        ];
  return { ramMiB, cpus, notes };
}
