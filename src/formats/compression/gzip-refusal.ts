import type { RandomAccess } from '../../image/random-access.js';

/** Flags in a gzip header, and what each adds to it (RFC 1952, 2.3.1). */
const FLAGS_OFFSET = 3;
const ADDITIONS: readonly (readonly [number, string])[] = [
  [0x02, 'a checksum of its own'],
  [0x04, 'an extra field'],
  [0x10, 'a comment'],
];

/**
 * Why the kernel does not unpack the gzip member at `offset`; undefined: it does. Of all that may follow the
 * header it passes over a file name only (lib/decompress_inflate.c), and takes the rest for packed data.
 */
export async function gzipRefusal(
  source: RandomAccess,
  offset: number,
): Promise<string | undefined> {
  if (offset + FLAGS_OFFSET >= source.sizeBytes) return undefined;
  const [flags] = await source.read(offset + FLAGS_OFFSET, 1);
  const found = ADDITIONS.find(([flag]) => (flags! & flag) !== 0);
  if (!found) return undefined;
  return (
    `its gzip header has ${found[1]}, which the kernel takes for packed data: ` +
    'pack it with gzip, or pigz without a comment'
  );
}
