import { checkFitsHost, ramForModelMiB } from '../qemu/memory.js';
import type { ModelMemory } from '../qemu/memory.js';
import { DEFAULT_MAX_CPUS } from '../resolve-host.js';
import { MIB } from '../../image/units.js';

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
  /** Those of them that are as fast as the fastest; all unless given. */
  readonly quickCpus?: number | undefined;
}

/** What somebody has decided on already. */
export interface AskedSize {
  readonly ramMiB?: number | undefined;
  readonly cpus?: number | undefined;
}

/** Memory and processors, and what a user should know about them. */
export interface MachineSize {
  readonly ramMiB: number;
  readonly cpus: number;
  readonly notes: readonly string[];
}

/**
 * The size of a machine, where nobody has asked for another: what the model needs; a big model gets
 * 32768 MiB and 6 processors where the host has them, and otherwise a note. Slow processors beside fast ones
 * are not counted on.
 *
 * @throws ZosiaError `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`
 */
export function defaultSize(
  model: ModelMemory | undefined,
  host: HostCapacity,
  asked: AskedSize = {},
): MachineSize {
  const { quickCpus = host.cpus } = host;
  const neededMiB = model ? ramForModelMiB(model) : UNKNOWN_MODEL_RAM_MIB;
  if (asked.ramMiB === undefined) checkFitsHost(neededMiB, host.freeMiB);
  const tight = model ? shortageNotes(model, asked.ramMiB) : [];
  if (neededMiB <= BIG_MODEL_MIB) {
    const cpus = asked.cpus ?? Math.min(quickCpus, DEFAULT_MAX_CPUS);
    return { ramMiB: asked.ramMiB ?? neededMiB, cpus, notes: tight };
  }
  const wanted = { ...BIG_MODEL_SIZE, ramMiB: Math.max(neededMiB, BIG_MODEL_SIZE.ramMiB) };
  const usualMiB = wanted.ramMiB <= host.freeMiB ? wanted.ramMiB : neededMiB;
  const ramMiB = asked.ramMiB ?? usualMiB;
  const cpus = asked.cpus ?? Math.min(wanted.cpus, quickCpus);
  const lacks = [
    ...(asked.ramMiB === undefined && ramMiB < wanted.ramMiB
      ? [`${wanted.ramMiB} MiB of memory free`]
      : []),
    ...(asked.cpus === undefined && host.cpus < wanted.cpus ? [`${wanted.cpus} processors`] : []),
  ];
  const notes =
    lacks.length === 0
      ? []
      : [
          `models of this size run best with ${lacks.join(' and ')}, which this host does not have: ` +
            `the machine gets ${ramMiB} MiB and ${cpus}`,
        ];
  return { ramMiB, cpus, notes: [...tight, ...notes] };
}

/** Weights that do not fit are read from the disk again for every token. */
function shortageNotes(model: ModelMemory, askedMiB: number | undefined): string[] {
  const dataMiB = Math.ceil((model.weightBytes + model.kvCacheBytes) / MIB);
  if (askedMiB === undefined || askedMiB >= dataMiB) return [];
  const neededMiB = ramForModelMiB(model);
  return [
    `the model and its context take ${dataMiB} MiB, and the machine has ${askedMiB} MiB: every token ` +
      `will wait for the disk, or the guest run out of memory; ${neededMiB} MiB are enough`,
  ];
}
