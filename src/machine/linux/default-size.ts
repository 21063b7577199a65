import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
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
  /** The memory that several machines share, in MiB: none gets more than it needs. */
  readonly sharedMiB?: number | undefined;
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
 * @throws ZosiaError `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`, `ZOSIA_RAM_TOO_SMALL`
 */
export function defaultSize(
  model: ModelMemory | undefined,
  host: HostCapacity,
  asked: AskedSize = {},
): MachineSize {
  const { quickCpus = host.cpus } = host;
  const { sharedMiB } = asked;
  const neededMiB = model ? ramForModelMiB(model) : UNKNOWN_MODEL_RAM_MIB;
  // Of memory that several share, whoever shares it out knows what is left.
  const isOwn = sharedMiB === undefined;
  if (asked.ramMiB === undefined && isOwn) checkFitsHost(neededMiB, host.freeMiB, model);
  else if (asked.ramMiB !== undefined && model) checkContextFits(model, asked.ramMiB);
  const tight = model ? shortageNotes(model, asked.ramMiB) : [];
  if (neededMiB <= BIG_MODEL_MIB || !isOwn) {
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

/**
 * Weights can be read from the disk again; a context has to be in memory as a whole.
 *
 * @throws ZosiaError `ZOSIA_RAM_TOO_SMALL`
 */
function checkContextFits(model: ModelMemory, ramMiB: number): void {
  const { kvCacheBytes, contextTokens = 0 } = model;
  const contextMiB = Math.ceil(kvCacheBytes / MIB);
  if (contextTokens === 0 || contextMiB < ramMiB) return;
  const neededMiB = ramForModelMiB(model);
  throw new ZosiaError(
    'ZOSIA_RAM_TOO_SMALL',
    `a context of ${contextTokens} tokens takes ${contextMiB} MiB, and the machine has ${ramMiB} MiB`,
    {
      hint: [
        wording`Use ${option('ramMiB', neededMiB)} or more, or a shorter context with ${option('contextTokens')}.`,
        wording`Use ${option('ramMiB', neededMiB)} or more.`,
      ],
    },
  );
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
