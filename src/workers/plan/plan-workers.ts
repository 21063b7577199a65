import type { LayerSizes } from '../../formats/gguf/layer-sizes.js';
import { kvCacheBytes } from '../../formats/gguf/model-info.js';
import type { MemoryFacts } from '../../formats/gguf/model-info.js';
import { ramForModelMiB } from '../../machine/machine.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { assignLayers } from './assign-layers.js';
import { checkTensorSplit } from './tensor-split.js';

export interface WorkersPlanInput {
  /** Of all its parts together. */
  readonly facts: MemoryFacts;
  readonly layers: LayerSizes;
  /** See `contextTokensFor`. */
  readonly contextTokens: number;
  /** In the order in which llama.cpp is told of them; at least one. */
  readonly workers: readonly PlannedWorker[];
  /** Of the head's machine; undefined where it is not known. */
  readonly headMemoryMiB?: number | undefined;
  /** The share of each worker; by their memory unless given. */
  readonly tensorSplit?: readonly number[] | undefined;
  /** How many blocks the head keeps for itself, the first ones; none unless given. */
  readonly headLayers?: number | undefined;
}

export interface PlannedWorker {
  readonly name: string;
  /** Of its machine; undefined where it is not known. */
  readonly memoryMiB?: number | undefined;
}

/** What a worker, or the head, holds. */
export interface Share {
  readonly name: string;
  /** The blocks that it holds, from 0, and the end excluded; `from` is `to` where it holds none. */
  readonly blocks: { readonly from: number; readonly to: number };
  /** Whether it looks up the embeddings of tokens, and whether it computes the next token. */
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
  readonly weightBytes: number;
  readonly kvCacheBytes: number;
  /** What its machine needs in all. */
  readonly neededMiB: number;
  readonly memoryMiB: number | undefined;
  /** Undefined where its memory is not known. */
  readonly fits: boolean | undefined;
}

export interface WorkersPlan {
  readonly contextTokens: number;
  readonly head: Share;
  /** In the order of the workers. */
  readonly workers: readonly Share[];
  /** False as soon as one does not fit; undefined where no more is known of all. */
  readonly fits: boolean | undefined;
  readonly tensorSplit: readonly number[];
  /** What llama.cpp has to be told so that it does the same, beside where the workers are. */
  readonly llamaArgs: readonly string[];
}

export const HEAD = 'this host';

/**
 * Who holds which part of a model that is split over workers, and whether it fits. Nobody is asked for anything here:
 * the workers need not be there.
 *
 * @throws ZosiaError `ZOSIA_TENSOR_SPLIT_INVALID`, `ZOSIA_WORKER_MEMORY_UNKNOWN` where some say their memory and some
 *   do not, and there are no shares
 */
export function planWorkers(input: WorkersPlanInput): WorkersPlan {
  const { layers, workers, contextTokens } = input;
  const tensorSplit = input.tensorSplit ?? splitByMemory(workers);
  checkTensorSplit(tensorSplit, workers.length);
  const blockCount = layers.layerBytes.length;
  const headLayers = Math.min(input.headLayers ?? 0, blockCount);
  const offloaded = blockCount + 1 - headLayers;
  const holders = assignLayers(blockCount, tensorSplit, offloaded);

  const shareOf = (holder: number | 'head', { name, memoryMiB }: PlannedWorker): Share => {
    const hasInput = holder === 'head';
    const hasOutput = holders[blockCount] === holder;
    const held = layers.layerBytes.map((_, block) => block).filter((b) => holders[b] === holder);
    const weightBytes =
      sum(held.map((block) => layers.layerBytes[block]!)) +
      (hasInput ? layers.inputBytes : 0) +
      (hasOutput ? layers.outputBytes : 0);
    const cacheBytes = sum(held.map((block) => blockCacheBytes(input, block)));
    const neededMiB = ramForModelMiB({ weightBytes, kvCacheBytes: cacheBytes });
    const from = held[0] ?? 0;
    return {
      name,
      blocks: { from, to: from + held.length },
      hasInput,
      hasOutput,
      weightBytes,
      kvCacheBytes: cacheBytes,
      neededMiB,
      memoryMiB,
      fits: memoryMiB === undefined ? undefined : neededMiB <= memoryMiB,
    };
  };
  const head = shareOf('head', { name: HEAD, memoryMiB: input.headMemoryMiB });
  const shares = workers.map((worker, index) => shareOf(index, worker));
  return {
    contextTokens,
    head,
    workers: shares,
    fits: allFit([head, ...shares]),
    tensorSplit,
    llamaArgs: [
      '--n-gpu-layers',
      String(offloaded),
      // Where nothing is known llama.cpp asks the workers what memory they have.
      ...(isSupposed(input) ? [] : ['--tensor-split', tensorSplit.join(',')]),
    ],
  };
}

/** What no machine can do without, however little it holds. */
const EMPTY_MACHINE_MIB = ramForModelMiB({ weightBytes: 0, kvCacheBytes: 0 });

/** Whether the shares are a guess: nobody has said any, nor what memory there is. */
const isSupposed = ({ tensorSplit, workers }: WorkersPlanInput): boolean =>
  tensorSplit === undefined && workers.every(({ memoryMiB }) => memoryMiB === undefined);

/** In the proportion of what they have left for a model; the same for each where nothing is known. */
function splitByMemory(workers: readonly PlannedWorker[]): number[] {
  const unknown = workers.filter(({ memoryMiB }) => memoryMiB === undefined);
  if (unknown.length === workers.length) return workers.map(() => 1);
  if (unknown.length > 0) {
    throw new ZosiaError(
      'ZOSIA_WORKER_MEMORY_UNKNOWN',
      `how much memory ${unknown.map(({ name }) => name).join(', ')} has is not known, that of others is`,
      {
        hint: wording`Say it of each, as in ${option('workers', `${unknown[0]!.name}=16GiB`)}, or give shares by ${option('tensorSplit')}.`,
      },
    );
  }
  const all = workers.map(({ memoryMiB }) => memoryMiB!);
  const left = all.map((memoryMiB) => Math.max(memoryMiB - EMPTY_MACHINE_MIB, 0));
  return left.some((each) => each > 0) ? left : all;
}

function blockCacheBytes({ facts, contextTokens }: WorkersPlanInput, block: number): number {
  const { headCountKv, keyLength, valueLength } = facts;
  const heads = typeof headCountKv === 'object' ? (headCountKv[block] ?? 0) : headCountKv;
  return kvCacheBytes({ headCountKv: heads, blockCount: 1, keyLength, valueLength }, contextTokens);
}

function allFit(shares: readonly Share[]): boolean | undefined {
  if (shares.some(({ fits }) => fits === false)) return false;
  return shares.some(({ fits }) => fits === undefined) ? undefined : true;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
