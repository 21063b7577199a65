import type { Architecture } from '../../artifacts/architectures.js';
import type { FatType } from '../../formats/fat/plan.js';
import type { ManifestOfDisk } from '../disk-manifest.js';
import type { PartitionTableKind } from './disk-plan.js';

/** A file on an EFI disk. */
export interface EfiDiskInput {
  /** Of a GGUF: the file's own name. */
  readonly name?: string | undefined;
  /** Where it lies on the disk; of a partition, {@link partitionPath}. */
  readonly path: string;
  /** The number of the partition that it is. */
  readonly partition?: number | undefined;
  readonly sizeBytes: number;
  /** Of a GGUF: see `ModelPart.headerSha256`. */
  readonly headerSha256?: string | undefined;
  /** Of the first 64 KiB of a file of the host. */
  readonly headSha256?: string | undefined;
  /** Of the whole file, where it is known: see `DiskInput.sha256`. */
  readonly sha256?: string | undefined;
}

/** What stands in place of a path for a partition that is a file. */
export const partitionPath = (number: number): string => `/partition ${number}`;

/** The manifest of an EFI disk: what is on it and how it is laid out. */
export interface EfiDiskManifest extends ManifestOfDisk {
  readonly product: 'efi-disk';
  readonly inputs: readonly EfiDiskInput[];
  readonly settings: ManifestOfDisk['settings'] & {
    readonly program: 'llama2' | 'hello';
    readonly archs: readonly Architecture[];
    readonly partitionTable: PartitionTableKind;
    /** Undefined for `hello`. */
    readonly model?:
      | { readonly format: 'llama2c' }
      | { readonly format: 'gguf'; readonly as: 'file' | 'partition' }
      | undefined;
  };
  readonly layout: ManifestOfDisk['layout'] & {
    /** Eight hex digits. */
    readonly volumeId: string;
    readonly fatType: FatType;
    readonly clusterSizeBytes: number;
  };
}
