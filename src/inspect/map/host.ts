import { tile } from './range.js';
import type { MapRange } from './range.js';

/** A run of bytes of a disk that lies in a file of the host. */
export interface HostExtent {
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  readonly fileOffset: number;
}

/**
 * Where the bytes of an image lie on the host, as one range with those of files in it; what lies in none
 * is a hole, which reads as zeros.
 *
 * @param sizeBytes of the image
 */
export function hostRange(extents: readonly HostExtent[], sizeBytes: number): MapRange {
  const ranges = extents.map(({ offset, length, path, fileOffset }): MapRange => ({
    offset,
    length,
    kind: 'file',
    what: 'host file',
    name: path,
    from: fileOffset,
  }));
  return {
    offset: 0,
    length: sizeBytes,
    kind: 'container',
    what: 'on the host',
    children: tile(ranges, sizeBytes, { kind: 'free', what: 'hole, reads as zeros' }),
  };
}
