import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { extentsPerNode } from './layout/extent.js';

export const BLOCK_SIZES = [1024, 2048, 4096] as const;
export type BlockSizeBytes = (typeof BLOCK_SIZES)[number];

export interface Ext4Options {
  /** Volume label: at most 16 bytes of UTF-8. */
  readonly label: string;
  /** Default 4096. Smaller blocks suit many small files, and limit how large the disk can be. */
  readonly blockSizeBytes?: BlockSizeBytes | undefined;
  /** 16 bytes. Default: derived from `label` and `identity`. */
  readonly uuid?: Uint8Array | undefined;
  /** 16 bytes that seed the directory hash. Default: derived like the UUID. */
  readonly hashSeed?: Uint8Array | undefined;
  /**
   * Whatever tells this disk from others with the same label, such as the digest of the model. The
   * UUID and hash seed derive from it. Default: the paths, types and sizes of the entries.
   */
  readonly identity?: Uint8Array | undefined;
  /** Room to add to the smallest image that holds the entries; default 0. */
  readonly extraBytes?: number | undefined;
  /** Size of the image instead of the smallest one. */
  readonly sizeBytes?: number | undefined;
  /**
   * A journal, for disks that will be written: `true` for one of the usual size. Default: none. A
   * disk that is only read has no use for it.
   */
  readonly journal?: true | { readonly sizeBytes: number } | undefined;
  /**
   * Entries of an extent tree's node. Default: as many as fit, up to 340. Fewer make deeper trees
   * than any real file has, which is how readers of them are tested.
   */
  readonly extentsPerNode?: number | undefined;
  /** The time of whatever has no other: seconds since 1970, default 0. */
  readonly epochSeconds?: number | undefined;
}

/** Options with the defaults in their places. */
export interface ResolvedExt4Options extends Ext4Options {
  readonly blockSizeBytes: BlockSizeBytes;
  readonly extraBytes: number;
  readonly extentsPerNode: number;
  readonly epochSeconds: number;
}

const MAX_LABEL_BYTES = 16;

/**
 * Checks the options, and fills in the defaults that follow from nothing but the options.
 *
 * @throws ZosiaError `ZOSIA_EXT4_LABEL_TOO_LONG`, `ZOSIA_EXT4_BAD_OPTION`
 */
export function resolveOptions(options: Ext4Options): ResolvedExt4Options {
  checkLabel(options.label);
  const { blockSizeBytes = 4096, extraBytes = 0, sizeBytes, epochSeconds = 0 } = options;
  if (!BLOCK_SIZES.includes(blockSizeBytes)) {
    throw badOption(`a block size of ${blockSizeBytes} bytes`, 'Use 1024, 2048 or 4096.');
  }
  checkBytes('extraBytes', extraBytes);
  checkBytes('sizeBytes', sizeBytes ?? 0);
  const fullNode = extentsPerNode(blockSizeBytes);
  const perNode = options.extentsPerNode ?? fullNode;
  if (!Number.isInteger(perNode) || perNode < 2) {
    throw badOption(`${perNode} extents per node`, 'Give a whole number from 2 up.');
  }
  if (!Number.isInteger(epochSeconds) || epochSeconds < 0 || epochSeconds >= 2 ** 33) {
    throw badOption(`the epoch ${epochSeconds}`, 'Give whole seconds since 1970, below 2^33.');
  }
  for (const name of ['uuid', 'hashSeed'] as const) {
    const length = options[name]?.length ?? 16;
    if (length !== 16) throw badOption(`${name} of ${length} bytes`, 'It has 16 bytes.');
  }
  return {
    ...options,
    blockSizeBytes,
    extraBytes,
    extentsPerNode: Math.min(perNode, fullNode),
    epochSeconds,
  };
}

function checkLabel(label: string): void {
  const labelBytes = Buffer.byteLength(label, 'utf8');
  if (labelBytes <= MAX_LABEL_BYTES && !label.includes('\0')) return;
  throw new ZosiaError(
    'ZOSIA_EXT4_LABEL_TOO_LONG',
    `the label ${JSON.stringify(label)} takes ${labelBytes} bytes`,
    { hint: `An ext4 label has at most ${MAX_LABEL_BYTES} bytes, none of them NUL.` },
  );
}

function checkBytes(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw badOption(`${name} ${value}`, 'Give a whole number of bytes, not below zero.');
}

function badOption(what: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_EXT4_BAD_OPTION', `ext4 cannot have ${what}`, { hint });
}
