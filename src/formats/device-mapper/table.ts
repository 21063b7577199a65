import { ZosiaError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { option, wording } from '../../wording.js';
import { planExtents } from '../extents/plan.js';
import type { ExtentOptions } from '../extents/plan.js';
import { MAX_ROWS } from './layout.js';

/** A row of a table of target `linear`: a run of sectors of the mapped device is one of a disk. In sectors. */
export interface LinearRow {
  readonly start: number;
  readonly length: number;
  /** Which of {@link DeviceMapperPlan.disks}. */
  readonly disk: number;
  readonly diskStart: number;
}

export interface DeviceMapperPlan {
  /** In the device's order, without gaps. */
  readonly rows: readonly LinearRow[];
  /** The disks that rows refer to: paths of files, and undefined for the metadata image. Each once. */
  readonly disks: readonly (string | undefined)[];
  /** Everything that is not read from the files in place. Sparse; empty when all of it is. */
  readonly metadata: Image;
}

/**
 * Plans a disk without copying what lies in files already: each file is a disk of its own, as it is, and
 * Linux puts them and a small metadata image together by a table of target `linear`. It is what a VMDK does
 * (`planVmdk`), in the guest instead of in the machine.
 *
 * @throws ZosiaError `ZOSIA_TABLE_FRAGMENTED` when there are more rows than a guest has room for
 */
export function planDeviceMapper(image: Image, options: ExtentOptions = {}): DeviceMapperPlan {
  const { extents, metadata } = planExtents(image, options);
  if (extents.length > MAX_ROWS) {
    throw new ZosiaError(
      'ZOSIA_TABLE_FRAGMENTED',
      `the disk lies in ${extents.length} pieces, and a guest puts ${MAX_ROWS} together at most`,
      { hint: wording`Write the disk as raw instead (${option('format', 'raw')}).` },
    );
  }
  const numbers = new Map<string | undefined, number>();
  const rows: LinearRow[] = [];
  let start = 0;
  for (const { sectorCount: length, path, startSector: diskStart } of extents) {
    const disk = numbers.get(path) ?? numbers.size;
    numbers.set(path, disk);
    rows.push({ start, length, disk, diskStart });
    start += length;
  }
  return { rows, disks: [...numbers.keys()], metadata };
}

/** A disk that Linux puts together of files: each of them is a disk of the machine, in this order. */
export interface MappedDisk {
  readonly format: 'table';
  readonly files: readonly string[];
  /** The one of them that has what is in no other file, and was written for this machine. */
  readonly metadata?: string | undefined;
  readonly rows: readonly LinearRow[];
}

/** A table as the run request has it: `start length disk diskStart`, a row a line, decimal. */
export const formatTable = (rows: readonly LinearRow[]): string =>
  rows
    .map(({ start, length, disk, diskStart }) => `${start} ${length} ${disk} ${diskStart}\n`)
    .join('');
