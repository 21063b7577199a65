import { describe, expect, it } from 'vitest';
import { readCpio } from '../../src/formats/cpio/reader.js';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { DirectoryEntry, EntryAttributes, FileEntry } from '../../src/formats/entry.js';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import { openExt4 } from '../../src/formats/ext4/reader/reader.js';
import { planFat } from '../../src/formats/fat/plan.js';
import { ATTRIBUTE } from '../../src/formats/fat/layout/directory.js';
import { openFat } from '../../src/formats/fat/reader/reader.js';
import { accessImage } from '../../src/image/access-image.js';
import { bytesData } from '../../src/image/file-data.js';
import { makeImage } from '../../src/image/image.js';
import type { Image } from '../../src/image/image.js';
import { collect } from '../support/async.js';
import { imageBytes } from '../support/images.js';

type CommonEntry = (FileEntry | DirectoryEntry) & EntryAttributes;

const MTIME = { seconds: 1_700_000_000, nanoseconds: 120_000_000 };

/** One list, which each of the formats accepts. */
const ENTRIES: readonly CommonEntry[] = [
  {
    type: 'file',
    path: 'etc/motd',
    data: 'grüß dich\n',
    mode: 0o444,
    uid: 7,
    gid: 8,
    mtime: MTIME,
  },
  { type: 'file', path: './etc//bytes', data: Uint8Array.of(1, 2, 3) },
  { type: 'file', path: '/image', data: makeImage(5, bytesData(Uint8Array.of(9)).segments) },
  { type: 'directory', path: 'empty/', mode: 0o700 },
];

const spelled = (path: (name: string) => string): CommonEntry[] =>
  ENTRIES.map((entry) => ({
    ...entry,
    path: path(
      entry.path
        .replace(/^(\.?\/)?/, '')
        .replace(/\/+/g, '/')
        .replace(/\/$/, ''),
    ),
  }));

const PLANNERS: [string, (entries: readonly CommonEntry[]) => Image][] = [
  ['planExt4', (entries) => planExt4(entries, { label: 'same' })],
  ['planFat', (entries) => planFat(entries)],
  ['planCpio', (entries) => planCpio(entries)],
];

describe.each(PLANNERS)('%s', (_, plan) => {
  it('treats relative and absolute paths as the same', async () => {
    const expected = await imageBytes(plan(spelled((path) => `/${path}`)));
    for (const spelling of [
      ENTRIES,
      spelled((path) => path),
      spelled((path) => `./${path}`),
      spelled((path) => `//${path}/`),
    ]) {
      expect(Buffer.compare(await imageBytes(plan(spelling)), expected)).toBe(0);
    }
  });

  it('accepts text, bytes and images as contents', async () => {
    const asImages = ENTRIES.map((entry): CommonEntry => {
      if (entry.type === 'directory' || entry.path === '/image') return entry;
      const bytes = typeof entry.data === 'string' ? Buffer.from(entry.data) : entry.data;
      return { ...entry, data: bytesData(bytes as Uint8Array) };
    });
    expect(Buffer.compare(await imageBytes(plan(ENTRIES)), await imageBytes(plan(asImages)))).toBe(
      0,
    );
  });
});

describe('entries read back', () => {
  it('have the planned paths, modes, owners and times on ext4', async () => {
    const fs = await openExt4(accessImage(planExt4(ENTRIES, { label: 'same' })));
    expect(await fs.stat('/etc/motd')).toMatchObject({
      type: 'file',
      mode: 0o444,
      uid: 7,
      gid: 8,
      sizeBytes: 12,
      mtime: MTIME,
    });
    expect(await fs.stat('/etc/bytes')).toMatchObject({ mode: 0o644, mtime: { seconds: 0 } });
    expect(await fs.stat('/empty')).toMatchObject({ type: 'directory', mode: 0o700 });
    expect(await fs.stat('/etc')).toMatchObject({ type: 'directory', mode: 0o755 });
  });

  it('have the planned paths and modes in a cpio archive, and times in whole seconds', async () => {
    const members = await collect(readCpio(accessImage(planCpio(ENTRIES))));
    expect(members.map(({ path, type, mode, mtime }) => [path, type, mode, mtime.seconds])).toEqual(
      [
        ['/empty', 'directory', 0o700, 0],
        ['/etc', 'directory', 0o755, 0],
        ['/etc/bytes', 'file', 0o644, 0],
        ['/etc/motd', 'file', 0o444, MTIME.seconds],
        ['/image', 'file', 0o644, 0],
      ],
    );
  });

  it('are read-only on a FAT volume if nobody may write to them', async () => {
    const fs = await openFat(accessImage(planFat(ENTRIES)));
    const { mtime, attributes, sizeBytes } = await fs.stat('/etc/motd');
    expect([mtime, sizeBytes]).toEqual([{ ...MTIME, nanoseconds: 0 }, 12]);
    expect(attributes & ATTRIBUTE.readOnly).not.toBe(0);
    expect((await fs.stat('/etc/bytes')).attributes & ATTRIBUTE.readOnly).toBe(0);
    expect((await fs.stat('/empty')).attributes & ATTRIBUTE.readOnly).toBe(0);
    const writable = planFat([{ ...ENTRIES[0]!, readOnly: false }]);
    const again = await openFat(accessImage(writable));
    expect((await again.stat('/etc/motd')).attributes & ATTRIBUTE.readOnly).toBe(0);
  });
});
