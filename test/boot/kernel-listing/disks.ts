import { createHash } from 'node:crypto';
import { holeData, planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { bytesSegment, flatten, makeImage } from '../../../src/image/image.js';
import type { Image, Segment } from '../../../src/image/image.js';
import { LAYOUTS, pattern } from '../../formats/ext4/layouts.js';
import type { Layout } from '../../formats/ext4/layouts.js';
import { pieceOffsets } from './contents.js';

export const TIB = 2 ** 40;
const SECTOR_BYTES = 512;
const ALIGNMENT_BYTES = 4096;
const MARK_BYTES = 16;

export interface ManyDisks {
  readonly image: Image;
  /** Where each file system lies, as the listing guest takes it. */
  readonly ranges: readonly string[];
}

/** File systems one after the other, none with a sector more than it has to have. */
export function planDisks(layouts: readonly Layout[]): ManyDisks {
  const segments: Segment[] = [];
  const ranges: string[] = [];
  let end = 0;
  for (const { name: label, entries, options } of layouts) {
    const image = planExt4(entries, options);
    const length = image.sizeBytes;
    segments.push({ offset: end, length, source: { kind: 'image', image, offset: 0 }, label });
    ranges.push(`${end / SECTOR_BYTES} ${Math.ceil(length / SECTOR_BYTES)}`);
    end += Math.ceil(length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  }
  const sizeBytes = end;
  return { image: makeImage(sizeBytes, flatten(makeImage(sizeBytes, segments))), ranges };
}

/** Different bytes wherever the guest reads a piece of a file of this size. */
function marks(sizeBytes: number): Segment[] {
  return pieceOffsets(sizeBytes).map((offset, i) =>
    bytesSegment(offset, pattern(MARK_BYTES + i).subarray(i)),
  );
}

/** A file without holes, of which nothing but the marks is ever written. */
export function allocatedData(sizeBytes: number): Image {
  const segments: Segment[] = [];
  let end = 0;
  const fill = (to: number): void => {
    if (to <= end) return;
    const source = { kind: 'file', path: '/nowhere', offset: end } as const;
    segments.push({ offset: end, length: to - end, source });
  };
  for (const mark of marks(sizeBytes)) {
    fill(mark.offset);
    segments.push(mark);
    end = mark.offset + mark.length;
  }
  fill(sizeBytes);
  return makeImage(sizeBytes, segments);
}

/** Names of up to 255 bytes of any value, thousands of which need an index. */
function anyBytes(count: number): Ext4Entry[] {
  return Array.from({ length: count }, (_, i): Ext4Entry => {
    const length = 8 + ((i * 61) % 248);
    const bytes = createHash('shake256', { outputLength: length }).update(`${i}`).digest();
    const name = bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0xff : byte));
    return { type: 'socket', path: Buffer.concat([Buffer.from('/directory/'), name]) };
  });
}

function hardLinks(count: number): Ext4Entry[] {
  return Array.from({ length: count }, (_, i): Ext4Entry => ({
    type: 'hardlink',
    path: `/links/${i}`,
    target: i % 2 === 0 ? '/file' : `/links/${i - 1}`,
  }));
}

const FILE: Ext4Entry = { type: 'file', path: '/file', data: holeData(1) };

function layout(name: string, entries: Ext4Entry[]): Layout {
  return { name, entries, options: { label: 'ZOSIA_MODEL' } };
}

/** So many names that listing them takes many seconds; a tenth of them shows as much. */
const MAX_ENTRIES = 10_000;

/** The golden layouts, and what else the kernel could see differently. */
export const LISTED_LAYOUTS: readonly Layout[] = [
  ...LAYOUTS.filter(({ entries }) => entries.length <= MAX_ENTRIES),
  layout('names of any bytes in an index', anyBytes(2000)),
  layout('hard links', [FILE, ...hardLinks(1000)]),
  layout('directories in a row', [{ ...FILE, path: `${'/d'.repeat(200)}/file` }]),
  layout(
    'many subdirectories',
    Array.from({ length: 500 }, (_, i) => ({ type: 'directory', path: `/many/${i}` })),
  ),
  layout('a sparse file of 1 TiB', [
    { type: 'file', path: '/sparse', data: makeImage(TIB, marks(TIB)) },
  ]),
];
