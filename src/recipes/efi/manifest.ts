import type { Architecture } from '../../artifacts/architectures.js';
import type { FatType } from '../../formats/fat/plan.js';
import type { ManifestOfDisk } from '../disk-manifest.js';
import type { PartitionTableKind } from './disk-plan.js';

/** A file on an EFI disk. */
export interface EfiDiskInput {
  /** Where it lies on the disk. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the first 64 KiB of a file of the host. */
  readonly headSha256?: string | undefined;
  /** Of the whole file, where it is known: see `DiskInput.sha256`. */
  readonly sha256?: string | undefined;
}

/** The manifest of an EFI disk: what is on it and how it is laid out. */
export interface EfiDiskManifest extends ManifestOfDisk {
  readonly product: 'efi-disk';
  readonly inputs: readonly EfiDiskInput[];
  readonly settings: ManifestOfDisk['settings'] & {
    readonly program: 'llama2' | 'hello';
    readonly archs: readonly Architecture[];
    readonly partitionTable: PartitionTableKind;
  };
  readonly layout: ManifestOfDisk['layout'] & {
    /** Eight hex digits. */
    readonly volumeId: string;
    readonly fatType: FatType;
    readonly clusterSizeBytes: number;
  };
}
