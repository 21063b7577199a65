import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { MIB } from '../../image/units.js';

/** The kernel, the C library, llama.cpp's compute buffers and the unpacked initramfs. */
const OVERHEAD_MIB = 512;
const STEP_MIB = 64;

/** What a model needs in memory. */
export interface ModelMemory {
  readonly weightBytes: number;
  readonly kvCacheBytes: number;
  /** The context that the cache is for, in tokens; 0 or undefined where it is not known. */
  readonly contextTokens?: number | undefined;
  /** Size of the initramfs as unpacked, where it is large enough to count beside the 512 MiB. */
  readonly initramfsBytes?: number | undefined;
}

/** Guest RAM for a model: weights, KV cache and 512 MiB, rounded up to whole 64 MiB. */
export function ramForModelMiB({
  weightBytes,
  kvCacheBytes,
  initramfsBytes = 0,
}: ModelMemory): number {
  const neededMiB = (weightBytes + kvCacheBytes + initramfsBytes) / MIB + OVERHEAD_MIB;
  return Math.ceil(neededMiB / STEP_MIB) * STEP_MIB;
}

/** llama.cpp rounds the length of a context up to a multiple of so many tokens. */
const CONTEXT_STEP = 256;

/**
 * The longest context, in whole steps of llama.cpp's, with which a model fits a machine of `ramMiB`; undefined
 * where not even the shortest does, or nothing is known of how the memory grows with it.
 */
export function longestContext(model: ModelMemory, ramMiB: number): number | undefined {
  const { kvCacheBytes, contextTokens = 0 } = model;
  if (contextTokens === 0 || kvCacheBytes === 0) return undefined;
  const wholeMiB = Math.floor(ramMiB / STEP_MIB) * STEP_MIB;
  const otherBytes = model.weightBytes + (model.initramfsBytes ?? 0) + OVERHEAD_MIB * MIB;
  const tokens = ((wholeMiB * MIB - otherBytes) * contextTokens) / kvCacheBytes;
  const steps = Math.floor(tokens / CONTEXT_STEP);
  return steps > 0 ? steps * CONTEXT_STEP : undefined;
}

/**
 * Refuses a guest that would drive the host out of memory.
 *
 * @param model what the memory is for
 * @throws ZosiaError `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`
 */
export function checkFitsHost(ramMiB: number, freeMiB: number, model?: ModelMemory): void {
  if (ramMiB <= freeMiB) return;
  const longest = model && longestContext(model, freeMiB);
  if (longest !== undefined) throw contextTooLong(ramMiB, freeMiB, model!, longest);
  throw new ZosiaError(
    'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
    `the model needs a machine with ${ramMiB} MiB of memory; this host has ${freeMiB} MiB free`,
    {
      hint: wording`Take a smaller quantisation or a smaller model, close other programs, or set the memory yourself with ${option('ramMiB')}.`,
    },
  );
}

function contextTooLong(
  ramMiB: number,
  freeMiB: number,
  { kvCacheBytes, contextTokens }: ModelMemory,
  longest: number,
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_MODEL_TOO_LARGE_FOR_HOST',
    `the model needs a machine with ${ramMiB} MiB of memory, ${Math.ceil(kvCacheBytes / MIB)} MiB of it for a ` +
      `context of ${contextTokens} tokens; this host has ${freeMiB} MiB free`,
    {
      hint: [
        wording`The longest context that fits is ${option('contextTokens', longest)}. Or close other programs, or set the memory yourself with ${option('ramMiB')}.`,
        `The longest context that fits has ${longest} tokens. Or close other programs.`,
      ],
    },
  );
}

/** Memory that the host can give without swapping, in MiB. */
export async function hostFreeMiB(): Promise<number> {
  const freeBytes = process.platform === 'darwin' ? await macFreeBytes() : await linuxFreeBytes();
  return Math.floor(freeBytes / MIB);
}

async function linuxFreeBytes(): Promise<number> {
  const availableBytes = parseMemAvailable(await readFile('/proc/meminfo', 'utf8'));
  // A container may be allowed less than the host has; without a limit this is 0 or huge.
  const limitBytes = process.constrainedMemory();
  return limitBytes > 0 && limitBytes < totalmem()
    ? Math.min(availableBytes, limitBytes)
    : availableBytes;
}

async function macFreeBytes(): Promise<number> {
  // It has a hundred modules, and most commands that load this file run no program.
  const { execa } = await import('execa');
  const { stdout } = await execa('vm_stat');
  return parseVmStat(stdout);
}

/**
 * Reads `MemAvailable` of Linux's /proc/meminfo (kernel documentation, filesystems/proc).
 *
 * @returns bytes
 */
export function parseMemAvailable(meminfo: string): number {
  const found = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo);
  if (!found) throw new TypeError('/proc/meminfo has no MemAvailable');
  return Number(found[1]) * 1024;
}

/** The pages that macOS gives to whoever asks, as vm_stat(1) names them. */
const RECLAIMABLE_PAGES = ['free', 'inactive', 'speculative', 'purgeable'] as const;

/**
 * Reads what macOS's vm_stat(1) prints.
 *
 * @returns bytes in pages that are free or can be reclaimed without swapping
 */
export function parseVmStat(text: string): number {
  const pageSize = /page size of (\d+) bytes/.exec(text);
  if (!pageSize) throw new TypeError('vm_stat does not tell the page size');
  let pages = 0;
  for (const name of RECLAIMABLE_PAGES) {
    const found = new RegExp(`^Pages ${name}:\\s+(\\d+)\\.$`, 'm').exec(text);
    if (!found) throw new TypeError(`vm_stat does not tell the ${name} pages`);
    pages += Number(found[1]);
  }
  return pages * Number(pageSize[1]);
}
