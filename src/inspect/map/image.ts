import { ZosiaError } from '../../errors.js';
import { readPartitionTable } from '../../formats/gpt/reader.js';
import type { RandomAccess } from '../../image/random-access.js';
import { recognise } from '../recognise.js';
import { Contents } from './content.js';
import { cpioRanges } from './cpio.js';
import { diskRanges, fileSystemRange } from './disk.js';
import type { MapRange } from './range.js';

/** Of a damaged table, so many problems are noted; `verify` lists all. */
const NAMED_PROBLEMS = 10;

/**
 * What lies where in an image: a file system, a disk with partitions, or an initramfs. Only the bytes are
 * asked, be they those of a file, of a disk behind a VMDK descriptor or of a plan.
 *
 * @returns the whole image as one range
 * @throws ZosiaError `ZOSIA_IMAGE_UNKNOWN` for anything else, and as the readers of what it is
 */
export async function mapImage(source: RandomAccess, signal?: AbortSignal): Promise<MapRange> {
  const all = { offset: 0, length: source.sizeBytes, kind: 'container' } as const;
  const contents = new Contents();
  const kind = await recognise(source);
  if (kind === 'cpio') {
    return { ...all, what: 'initramfs', children: await cpioRanges(source, signal) };
  }
  if (kind === 'ext4' || kind === 'fat') {
    const inside = await fileSystemRange(kind, source, contents, signal);
    return { ...all, what: 'disk', children: [inside] };
  }
  const table = kind === undefined ? await readPartitionTable(source) : undefined;
  if (!table) {
    throw new ZosiaError('ZOSIA_IMAGE_UNKNOWN', 'there is nothing in it that zosia can look into', {
      hint: 'Name a FAT or ext4 image, a disk with one in a partition, or an initramfs.',
    });
  }
  const children = await diskRanges(source, table, contents, signal);
  const scheme = `${table.scheme.toUpperCase()} ${table.diskId}`;
  const problems = table.problems.slice(0, NAMED_PROBLEMS);
  const note = [scheme, ...problems.map(({ where, message }) => `${where}: ${message}`)].join('; ');
  return { ...all, what: 'disk', note, children };
}
