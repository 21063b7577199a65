import type { RandomAccess } from '../../image/random-access.js';
import { gunzipMember } from './gunzip.js';
import { gzipRefusal } from './gzip-refusal.js';
import { unlz4Legacy } from './lz4.js';
import type { Unpacking } from './unpacking.js';
import { hasCheck, refusedByKernel, xzSettings } from './xz-settings.js';
import { unxzStream } from './xz.js';
import { hasZstdChecksum, unzstdFrame } from './zstd.js';

/** A compression that the kernel looks for in an initramfs. */
export interface Method {
  readonly name: string;
  /** The two bytes it begins with. Source: compressed_formats in the kernel's lib/decompress.c. */
  readonly magic: readonly [number, number];
  /** What unpacks a file of it on a host. */
  readonly program: string;
  /** Undefined where no maintained package unpacks it piece by piece. */
  readonly unpack?: ((source: RandomAccess, offset: number) => Unpacking) | undefined;
  /** Why the kernel does not unpack what begins at `offset` although others do; undefined: it does. */
  readonly refusal?:
    ((source: RandomAccess, offset: number) => Promise<string | undefined>) | undefined;
  /** Whether what begins at `offset` has a checksum, which unpacking compares. */
  readonly hasChecksum?: ((source: RandomAccess, offset: number) => Promise<boolean>) | undefined;
}

const METHODS: readonly Method[] = [
  {
    name: 'gzip',
    magic: [0x1f, 0x8b],
    program: 'gunzip',
    unpack: gunzipMember,
    refusal: gzipRefusal,
    hasChecksum: () => Promise.resolve(true),
  },
  { name: 'gzip', magic: [0x1f, 0x9e], program: 'gunzip' },
  {
    name: 'xz',
    magic: [0xfd, 0x37],
    program: 'unxz',
    unpack: unxzStream,
    refusal: async (source, offset) => {
      const settings = await xzSettings(source, offset);
      return settings && refusedByKernel(settings);
    },
    hasChecksum: async (source, offset) => hasCheck(await xzSettings(source, offset)),
  },
  {
    name: 'zstd',
    magic: [0x28, 0xb5],
    program: 'unzstd',
    unpack: unzstdFrame,
    hasChecksum: hasZstdChecksum,
  },
  { name: 'lz4', magic: [0x02, 0x21], program: 'unlz4', unpack: unlz4Legacy },
  { name: 'bzip2', magic: [0x42, 0x5a], program: 'bunzip2' },
  { name: 'lzma', magic: [0x5d, 0x00], program: 'unlzma' },
  { name: 'lzo', magic: [0x89, 0x4c], program: 'lzop -d' },
];

export const METHOD_MAGIC_BYTES = 2;

/** The compression that these bytes begin with, as the kernel tells it. */
export function findMethod(head: Uint8Array): Method | undefined {
  return METHODS.find(({ magic }) => head[0] === magic[0] && head[1] === magic[1]);
}
