import { makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { ALIGNMENT_BYTES, alignUp } from './layout.js';

/**
 * What follows an archive at least. The legacy frame of lz4 says nowhere that it ends: for the kernel it does
 * where the length of the next chunk is 0 (lib/decompress_unlz4.c). Zeros between archives are skipped.
 */
const GAP_BYTES = 4;

/**
 * Archives one after the other, as the kernel unpacks them, packed or not: one that is not packed begins at
 * a multiple of four (kernel documentation, driver-api/early-userspace/buffer-format). The first stays byte
 * for byte what it is.
 */
export function concatenateArchives(archives: readonly Image[]): Image {
  const segments: Segment[] = [];
  let position = 0;
  for (const image of archives) {
    const offset = position === 0 ? 0 : alignUp(position + GAP_BYTES, ALIGNMENT_BYTES);
    segments.push({
      offset,
      length: image.sizeBytes,
      source: { kind: 'image', image, offset: 0 },
    });
    position = offset + image.sizeBytes;
  }
  return makeImage(position, segments);
}
