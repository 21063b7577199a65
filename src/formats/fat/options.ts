import { ZosiaError } from '../../errors.js';
import type { FatAttributes } from './entry.js';
import { FAT_TYPES } from './layout/table.js';
import type { FatType } from './layout/table.js';
import { SECTOR_BYTES } from '../sector.js';

/** Powers of two up to what the specification calls safe. */
export const CLUSTER_SIZES: readonly number[] = [512, 1024, 2048, 4096, 8192, 16_384, 32_768];

export interface FatOptions {
  /** Volume label: at most 11 characters, stored in upper case. Default: none. */
  readonly label?: string | undefined;
  /** Default: what is usual for the size, or FAT32 for an ESP. */
  readonly type?: FatType | undefined;
  /**
   * Whether this is an EFI system partition: FAT32 if it has enough room for that, else FAT16, for the
   * firmware that knows no other.
   */
  readonly esp?: boolean | undefined;
  /** 512 to 32,768; default: what is usual for the size. */
  readonly clusterSizeBytes?: number | undefined;
  /** Size of the image instead of the smallest one. */
  readonly sizeBytes?: number | undefined;
  /** Room to add to the smallest image that holds the entries; default 0. */
  readonly extraBytes?: number | undefined;
  /** Entries of the root directory in FAT12 and FAT16: a multiple of 16. Default 512, or more if needed. */
  readonly rootEntryCount?: number | undefined;
  /** Where on its disk the volume will lie: whole sectors. Default 0, as for a disk without partitions. */
  readonly partitionOffsetBytes?: number | undefined;
  /** 32 bits. Default: derived from `label` and `identity`. */
  readonly volumeId?: number | undefined;
  /**
   * Whatever tells this volume from others with the same label, such as the digest of the model.
   * Default: the paths, types and sizes of the entries.
   */
  readonly identity?: Uint8Array | undefined;
  /** The time of whatever has no other: seconds since 1970, default 0. FAT keeps 1980 to 2107. */
  readonly epochSeconds?: number | undefined;
}

/** Options with the defaults in their places. */
export interface ResolvedFatOptions extends FatOptions {
  /** Empty: none. */
  readonly label: string;
  readonly esp: boolean;
  readonly extraBytes: number;
  readonly partitionOffsetBytes: number;
  readonly epochSeconds: number;
}

/**
 * Checks the options, and fills in the defaults that follow from nothing but the options.
 *
 * @throws ZosiaError `ZOSIA_FAT_BAD_OPTION`
 */
export function resolveOptions(options: FatOptions): ResolvedFatOptions {
  const { label = '', esp = false, extraBytes = 0 } = options;
  const { partitionOffsetBytes = 0, epochSeconds = 0 } = options;
  checkShape(options);
  checkBytes('sizeBytes', options.sizeBytes ?? 0);
  checkBytes('extraBytes', extraBytes);
  if (!isWhole(partitionOffsetBytes / SECTOR_BYTES, 0xffff_ffff)) {
    const hint = `Give a multiple of ${SECTOR_BYTES} bytes, below 2 TiB.`;
    throw badOption(`a partition at ${partitionOffsetBytes}`, hint);
  }
  const { volumeId = 0 } = options;
  if (!isWhole(volumeId, 0xffff_ffff)) {
    throw badOption(`the volume ID ${volumeId}`, 'It is a number of 32 bits.');
  }
  checkSeconds(epochSeconds, 'the epoch');
  return { ...options, label, esp, extraBytes, partitionOffsetBytes, epochSeconds };
}

function checkShape({ type, clusterSizeBytes, rootEntryCount }: FatOptions): void {
  if (type !== undefined && !FAT_TYPES.includes(type)) {
    throw badOption(`the type ${JSON.stringify(type)}`, `Use ${FAT_TYPES.join(', ')}.`);
  }
  if (clusterSizeBytes !== undefined && !CLUSTER_SIZES.includes(clusterSizeBytes)) {
    throw badOption(`clusters of ${clusterSizeBytes} bytes`, `Use ${CLUSTER_SIZES.join(', ')}.`);
  }
  if (rootEntryCount === undefined) return;
  if (!isWhole(rootEntryCount, MAX_ROOT_ENTRIES) || rootEntryCount % 16 !== 0 || !rootEntryCount) {
    const hint = `Give a multiple of 16 up to ${MAX_ROOT_ENTRIES}.`;
    throw badOption(`a root directory of ${rootEntryCount} entries`, hint);
  }
}

function checkBytes(name: string, value: number): void {
  if (isWhole(value, Number.MAX_SAFE_INTEGER)) return;
  throw badOption(`${name} ${value}`, 'Give a whole number of bytes, not below zero.');
}

/** The most that 16 bits can say in whole sectors. */
export const MAX_ROOT_ENTRIES = 65_520;

/**
 * Checks the attributes of the entry at a path.
 *
 * @throws ZosiaError `ZOSIA_FAT_BAD_OPTION`
 */
export function checkAttributes({ mode = 0, mtime }: FatAttributes, path: string): void {
  if (!isWhole(mode, 0o7777)) {
    throw badOption(`${path} with the mode ${mode}`, 'It is a whole number from 0 to 07777.');
  }
  const { seconds, nanoseconds = 0 } = mtime ?? { seconds: 0 };
  checkSeconds(seconds, `${path} with the time`);
  if (!isWhole(nanoseconds, 999_999_999)) {
    const hint = 'It is a whole number from 0 to 999,999,999.';
    throw badOption(`${path} with the nanoseconds ${nanoseconds}`, hint);
  }
}

function checkSeconds(seconds: number, what: string): void {
  if (Number.isSafeInteger(seconds)) return;
  throw badOption(`${what} ${seconds}`, 'Give whole seconds since 1970.');
}

export function badOption(what: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_FAT_BAD_OPTION', `FAT cannot have ${what}`, { hint });
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
