import { bytesData, holeData } from '../../../src/image/file-data.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { pattern } from '../ext4/layouts.js';

export interface Layout {
  readonly name: string;
  readonly entries: readonly FatEntry[];
  readonly options: FatOptions;
}

export function file(path: string, contents: string | Uint8Array = path): FatEntry {
  return { type: 'file', path, data: bytesData(Buffer.from(contents)) };
}

/** Files whose names begin alike, and take four directory entries each. */
export function alike(count: number, folder: string): FatEntry[] {
  return Array.from({ length: count }, (_, i) =>
    file(`${folder}/a name that is like others ${i}.text`, ''),
  );
}

const MIB = 2 ** 20;

const EFI: FatEntry[] = [
  file('/EFI/BOOT/BOOTX64.EFI', pattern(9000)),
  file('/EFI/BOOT/BOOTAA64.EFI', pattern(7000)),
  file('/stories260K.bin', pattern(100_000)),
  file('/tok512.bin', pattern(6227)),
  file('/llama2.cfg', 'steps=20\n'),
];

const NAMES: FatEntry[] = [
  ...['/readme.txt', '/UPPER.TXT', '/lower.BAR', '/UPPER.low', '/Mixed.Txt', '/no extension'],
  ...['/.gitignore', '/..two.dots', '/a.b.c.tar.gz', '/plus+and,others;=[x].y', '/été.txt'],
  ...['/ÄÖÜ.ÄÖÜ', '/日本語の名前.txt', '/😀.txt', '/thirteen-char', '/fourteen-chars'],
  ...[`/${'x'.repeat(255)}`, '/EXTENS~1.LON', '/extension.long', '/a'],
].map((path) => file(path));

const ATTRIBUTES: FatEntry[] = [
  { type: 'directory', path: '/hidden', hidden: true, mtime: { seconds: 315_532_800 + 3 } },
  { ...file('/hidden/read only'), readOnly: true, mtime: { seconds: 0 } },
  { ...file('/hidden/system'), system: true, mtime: { seconds: 2 ** 40 } },
  { type: 'directory', path: '/empty' },
];

/** One of every kind of volume, and of everything that can lie on one. */
export const LAYOUTS: readonly Layout[] = [
  { name: 'an empty volume', entries: [], options: {} },
  { name: 'an empty FAT16', entries: [], options: { type: 'FAT16', label: 'EMPTY' } },
  { name: 'an empty FAT32', entries: [], options: { type: 'FAT32', clusterSizeBytes: 512 } },
  {
    name: 'names of every kind',
    entries: NAMES,
    options: { label: 'Names', epochSeconds: 1_700_000_001 },
  },
  { name: 'attributes and times', entries: ATTRIBUTES, options: { volumeId: 0x1234_5678 } },
  { name: 'a small ESP: FAT16', entries: EFI, options: { esp: true, label: 'ZOSIA' } },
  {
    name: 'an ESP of 128 MiB: FAT32',
    entries: EFI,
    options: { esp: true, label: 'ZOSIA', sizeBytes: 128 * MIB, partitionOffsetBytes: MIB },
  },
  {
    name: 'a root directory of 600 long names',
    entries: alike(600, ''),
    options: { label: 'FULL', extraBytes: 10_000_000 },
  },
  {
    name: 'directories over many clusters',
    entries: [...alike(400, '/many'), ...alike(300, '/many/below/deep')],
    options: { type: 'FAT32', clusterSizeBytes: 512 },
  },
  {
    name: 'clusters of 32 KiB',
    entries: [{ type: 'file', path: '/large', data: holeData(200_000_000) }],
    options: { clusterSizeBytes: 32_768, type: 'FAT16' },
  },
  {
    name: 'a size that is no whole number of clusters',
    entries: EFI,
    options: { sizeBytes: 50 * MIB + 777 },
  },
];
