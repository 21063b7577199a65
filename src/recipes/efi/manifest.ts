import type { Architecture } from '../../artifacts/architectures.js';
import type { FatType } from '../../formats/fat/plan.js';
import type { DiskFiles } from '../disk-manifest.js';
import type { DiskFormat } from '../places.js';
import type { PartitionTableKind } from './disk-plan.js';

/** A file on an EFI disk. */
export interface EfiDiskInput {
  /** Where it lies on the disk. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the file's first 64 KiB; of one that is not read whole. */
  readonly headSha256?: string | undefined;
  /** Of the whole file. */
  readonly sha256?: string | undefined;
}

/**
 * What stands beside an EFI disk as `<disk>.json`: what is on it and how it is laid out. It holds no
 * absolute path and no time of writing.
 */
export interface EfiDiskManifest extends DiskFiles {
  readonly schema: 1;
  readonly product: 'efi-disk';
  readonly inputs: readonly EfiDiskInput[];
  readonly settings: {
    readonly format: DiskFormat;
    readonly program: 'llama2' | 'hello';
    readonly archs: readonly Architecture[];
    readonly partitionTable: PartitionTableKind;
  };
  readonly layout: {
    readonly label: string;
    /** Eight hex digits. */
    readonly volumeId: string;
    readonly fatType: FatType;
    readonly clusterSizeBytes: number;
    /** Of the disk. */
    readonly sizeBytes: number;
    /** See `planDigest`. */
    readonly planSha256: string;
  };
  readonly versions: { readonly zosia: string };
}
