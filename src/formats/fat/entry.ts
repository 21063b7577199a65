import type { Image } from '../../image/image.js';

export interface FatAttributes {
  /** Seconds since 1970; default: `epochSeconds` of the options. FAT keeps 1980 to 2107. */
  readonly mtimeSeconds?: number | undefined;
  readonly readOnly?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly system?: boolean | undefined;
}

export type FatFileEntry = FatAttributes & {
  readonly type: 'file';
  readonly path: string;
  /** The contents, below 4 GiB. Gaps become zeros: FAT has no holes. */
  readonly data: Image;
};

export type FatDirectoryEntry = FatAttributes & {
  readonly type: 'directory';
  readonly path: string;
};

/** One name on the volume. Paths are absolute; directories not named are made. */
export type FatEntry = FatFileEntry | FatDirectoryEntry;
