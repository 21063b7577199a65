import { makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { ALIGNMENT_BYTES, alignUp } from './layout.js';

/**
 * Archives one after the other, as the kernel unpacks them, packed or not: one that is not packed begins at
 * a multiple of four (kernel documentation, driver-api/early-userspace/buffer-format). The first stays byte
 * for byte what it is.
 */
export function concatenateArchives(archives: readonly Image[]): Image {
  const segments: Segment[] = [];
  let position = 0;
  for (const image of archives) {
    const offset = alignUp(position, ALIGNMENT_BYTES);
    segments.push({
      offset,
      length: image.sizeBytes,
      source: { kind: 'image', image, offset: 0 },
    });
    position = offset + image.sizeBytes;
  }
  return makeImage(position, segments);
}
