import { availableParallelism, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { USUAL_QUANTISATIONS, bitsPerWeight } from '../formats/gguf/bits-per-weight.js';
import type { MemoryFacts } from '../formats/gguf/model-info.js';
import { readFreeBytes } from '../host/free-space.js';
import { MIB } from '../image/units.js';
import { defaultSize, hostFreeMiB, ramForModelMiB } from '../machine/machine.js';
import type { HostCapacity } from '../machine/machine.js';
import { contextTokensFor, modelNeeds } from '../recipes/model-memory.js';
import { ZosiaError } from '../errors.js';
import { estimateSpeed } from './speed.js';
import type { MeasuredSpeed, SpeedEstimate } from './speed.js';

/** A model that somebody thinks of running here. */
export interface FitSubject {
  /** What messages call it. */
  readonly name: string;
  /** Of all its parts together. */
  readonly facts: MemoryFacts;
  /** How many bytes are still to be downloaded; 0 for what is there. */
  readonly downloadBytes: number;
  /** Of its projector and adapters, which are loaded beside it. */
  readonly companionBytes?: number | undefined;
  readonly quantisation?: string | undefined;
  /** How many weights it has, where a smaller quantisation is to be looked for. */
  readonly parameterCount?: number | undefined;
  /** See `ModelInfo`; without it no speed is told. */
  readonly tokenBytes?: number | undefined;
  /** A model that drafts for it: both are in memory, each with a context of the same length. */
  readonly draft?: Omit<FitSubject, 'draft'> | undefined;
}

/** What a user has asked for. */
export interface FitWishes {
  /** In tokens; the usual length unless given. */
  readonly contextTokens?: number | undefined;
  /** Memory of the machine; what the model needs unless given. */
  readonly ramMiB?: number | undefined;
}

/** What this host has for it. */
export interface FitHost extends HostCapacity {
  /** All the memory it has, of which other programs use some. */
  readonly totalMiB: number;
  /** Where models are kept; undefined where the file system does not tell. */
  readonly freeDiskBytes: number | undefined;
  /** What `zosia perf` has measured here. */
  readonly speeds: readonly MeasuredSpeed[];
}

/** Whether a model fits this host, and what would if it does not. */
export interface Fit {
  readonly subject: FitSubject;
  readonly contextTokens: number;
  /** What a machine needs in all. */
  readonly ramMiB: number;
  readonly freeMiB: number;
  readonly totalMiB: number;
  readonly fitsMemory: boolean;
  readonly freeDiskBytes: number | undefined;
  /** True, too, where the file system does not tell. */
  readonly fitsDisk: boolean;
  /** The longest context that fits; undefined where not even the shortest does. */
  readonly longestContext: number | undefined;
  /** Whether the memory would do for the model alone, where it has a draft and does not fit with it. */
  readonly fitsWithoutDraft: boolean;
  /** A usual quantisation that would fit with this context, where this one does not. */
  readonly smallerQuantisation: SmallerQuantisation | undefined;
  readonly speed: SpeedEstimate | undefined;
}

export interface SmallerQuantisation {
  readonly name: string;
  /** About. */
  readonly weightBytes: number;
}

/** Contexts are looked for in these steps, of which llama.cpp's are multiples as well. */
const CONTEXT_STEP_TOKENS = 256;
/** For models that do not say how far they look back. */
const LONGEST_CONTEXT_TOKENS = 1 << 20;

/**
 * Compares what a model needs with what a host has, by the rules that `zosia up` decides by: `modelNeeds` for
 * weights and KV cache, and `defaultSize`, as in `resolveLinuxMachine`, for the machine. Nothing is asked of
 * the host here.
 */
export function fitOf(subject: FitSubject, host: FitHost, wishes: FitWishes = {}): Fit {
  const { facts, tokenBytes, quantisation, draft } = subject;
  const { freeDiskBytes } = host;
  const companionBytes = (subject.companionBytes ?? 0) + (draft?.facts.weightBytes ?? 0);
  const contextTokens = contextTokensFor(facts, wishes.contextTokens);
  const memoryFor = (contextTokens: number, weightBytes = facts.weightBytes) =>
    modelNeeds({ ...facts, weightBytes }, { contextTokens, companionBytes, draft: draft?.facts })
      .memory;
  const fits = (tokens: number, weightBytes?: number): boolean =>
    isTaken(memoryFor(tokens, weightBytes), host, wishes);
  const fitsMemory = fits(contextTokens);
  return {
    subject,
    contextTokens,
    ramMiB: ramForModelMiB(memoryFor(contextTokens)),
    freeMiB: host.freeMiB,
    totalMiB: host.totalMiB,
    fitsMemory,
    freeDiskBytes,
    fitsDisk: freeDiskBytes === undefined || allDownloadBytes(subject) <= freeDiskBytes,
    longestContext: longestContext(facts.contextLength ?? LONGEST_CONTEXT_TOKENS, fits),
    fitsWithoutDraft:
      draft !== undefined &&
      !fitsMemory &&
      fitOf({ ...subject, draft: undefined }, host, wishes).fitsMemory,
    smallerQuantisation: fitsMemory
      ? undefined
      : smallerQuantisation(subject, (weightBytes) => fits(contextTokens, weightBytes)),
    speed:
      tokenBytes === undefined
        ? undefined
        : estimateSpeed({ tokenBytes, quantisation }, host.speeds),
  };
}

/** What is still to be downloaded of a model, and of its draft. */
export const allDownloadBytes = ({ downloadBytes, draft }: FitSubject): number =>
  downloadBytes + (draft?.downloadBytes ?? 0);

/** What `defaultSize` says of a host, or of a machine, that has too little. */
const DOES_NOT_FIT = ['ZOSIA_MODEL_TOO_LARGE_FOR_HOST', 'ZOSIA_RAM_TOO_SMALL'];

/** Whether `zosia up` would start a machine for a model. */
function isTaken(
  memory: Parameters<typeof ramForModelMiB>[0],
  host: HostCapacity,
  { ramMiB }: FitWishes,
): boolean {
  try {
    defaultSize(memory, host, { ramMiB });
    return true;
  } catch (error) {
    if (error instanceof ZosiaError && DOES_NOT_FIT.includes(error.code)) return false;
    throw error;
  }
}

/** A longer context never fits where a shorter does not: the longest is found by halving. */
function longestContext(
  trainedTokens: number,
  fits: (tokens: number) => boolean,
): number | undefined {
  if (fits(trainedTokens)) return trainedTokens;
  let fitting = 0;
  let tooLong = Math.ceil(trainedTokens / CONTEXT_STEP_TOKENS);
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (fits(middle * CONTEXT_STEP_TOKENS)) fitting = middle;
    else tooLong = middle;
  }
  return fitting === 0 ? undefined : fitting * CONTEXT_STEP_TOKENS;
}

function smallerQuantisation(
  { facts, parameterCount = 0 }: FitSubject,
  fits: (weightBytes: number) => boolean,
): SmallerQuantisation | undefined {
  return USUAL_QUANTISATIONS.map((name) => {
    return { name, weightBytes: Math.ceil((parameterCount * bitsPerWeight(name)!) / 8) };
  }).find(({ weightBytes }) => {
    return weightBytes > 0 && weightBytes < facts.weightBytes && fits(weightBytes);
  });
}

/**
 * What this host has.
 *
 * @param folder where models are kept, or will be
 * @param speeds what `zosia perf` has measured here: `readSpeeds`
 */
export async function readFitHost(
  folder: string,
  speeds: readonly MeasuredSpeed[] = [],
): Promise<FitHost> {
  const [freeMiB, freeDiskBytes] = await Promise.all([hostFreeMiB(), freeBytesFor(folder)]);
  return {
    freeMiB,
    totalMiB: Math.floor(totalmem() / MIB),
    cpus: availableParallelism(),
    freeDiskBytes,
    speeds,
  };
}

/** Of a folder that is not there yet, the one in which it will be. */
async function freeBytesFor(folder: string): Promise<number | undefined> {
  let at = resolve(folder);
  for (;;) {
    const free = await readFreeBytes(at);
    const above = dirname(at);
    if (free !== undefined || above === at) return free;
    at = above;
  }
}
