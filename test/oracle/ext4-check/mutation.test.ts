import { open, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { verifyExt4 } from '../../../src/formats/ext4/check/checker.js';
import { crc32c, CRC32C_START } from '../../../src/formats/ext4/crc32c.js';
import type { Ext4Entry, Ext4Options } from '../../../src/formats/ext4/plan.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { everything, ext4Bytes } from '../../formats/ext4/reader/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWithE2fsprogs, e2fsck } from '../ext4/programs.js';
import { makeWithMke2fs, populate } from '../ext4-reader/mke2fs.js';
import { CHOICES, fillSmall, makeFeatureImage } from './feature-images.js';
import { STRUCTURE_KINDS, structuresOf } from './structures.js';
import type { Structure, StructureKind } from './structures.js';

/** Bytes changed of each kind of structure in each image; of those with rare features fewer. */
const SAMPLES = 10;
const SAMPLES_OF_FEATURES = 4;

/** Three names fill a block of 1 KiB, and so many blocks need two levels of index. */
const longNames = Array.from({ length: 450 }, (_, i): Ext4Entry => ({
  type: 'fifo',
  path: `/long/${String(i).padEnd(255, 'x')}`,
}));

const PLANNED: Readonly<Record<string, readonly [readonly Ext4Entry[], Partial<Ext4Options>]>> = {
  'planned, 1 KiB blocks': [everything(), { blockSizeBytes: 1024, extraBytes: 200_000 }],
  'planned, 2 KiB blocks': [everything(), { blockSizeBytes: 2048 }],
  'planned, 4 KiB blocks': [everything(), { blockSizeBytes: 4096 }],
  'planned, with a journal': [[], { blockSizeBytes: 1024, journal: { sizeBytes: 1 << 20 } }],
  'planned, two levels of index': [longNames, { blockSizeBytes: 1024 }],
};

const MADE: Readonly<Record<string, { readonly options: string[]; readonly sizeKib: number }>> = {
  'mke2fs, ext4': { options: ['-t', 'ext4', '-b', '1024', '-N', '400'], sizeKib: 10_000 },
  'mke2fs, ext4 without checksums': {
    options: ['-t', 'ext4', '-O', '^metadata_csum', '-b', '1024', '-N', '400'],
    sizeKib: 6000,
  },
  'mke2fs, inline data': {
    options: [
      '-t',
      'ext4',
      '-O',
      '^metadata_csum,^has_journal,inline_data',
      '-b',
      '1024',
      '-N',
      '400',
    ],
    sizeKib: 4000,
  },
  'mke2fs, ext2': { options: ['-t', 'ext2', '-b', '1024', '-N', '400'], sizeKib: 10_000 },
};

/** Features whose structures no other image has: see CHOICES. */
const WITH_FEATURES: readonly (readonly string[])[] = [
  ['bigalloc', 'small groups', 'quota'],
  ['casefold, strict', 'ea_inode', 'project', 'orphan_file'],
  ['encrypt', 'metadata_csum_seed', 'meta_bg', 'small groups'],
  ['casefold', 'ea_inode', 'encrypt', 'bigalloc', 'inline_data', 'no metadata_csum'],
];

/** Numbers from 0 up to, not including, 1: the same every time, but others for another name. */
function sequence(name: string): () => number {
  let state = crc32c(CRC32C_START, Buffer.from(name));
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Tally {
  changes: number;
  /** Changes that e2fsck reports. */
  theirs: number;
  /** Those of them that the check reports, too. */
  both: number;
  /** Changes that the check reports. */
  ours: number;
}

describeWithE2fsprogs('verifyExt4 after a byte of metadata has changed', () => {
  const folder = temporaryFolder();
  const tallies = new Map<StructureKind, Tally>();
  beforeAll(async () => {
    await populate(folder.file('contents'));
    await fillSmall(folder.file('few'));
  });

  async function isReported(bytes: Uint8Array): Promise<boolean> {
    try {
      const { problems } = await verifyExt4(accessBytes(bytes), { nowSeconds: Date.now() / 1000 });
      return problems.length > 0;
    } catch (error) {
      // What is no ext4 file system any more, or has unknown features, is refused.
      if (error instanceof ZosiaError) return true;
      throw error;
    }
  }

  /** Changes bytes of every kind of structure, and returns what e2fsck reports and the check does not. */
  async function mutate(name: string, bytes: Uint8Array, samples = SAMPLES): Promise<string[]> {
    const random = sequence(name);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const disk = folder.file('disk.img');
    await writeFile(disk, bytes);
    const file = await open(disk, 'r+');
    const missed: string[] = [];
    const byKind = new Map<StructureKind, Structure[]>();
    for (const structure of await structuresOf(bytes)) {
      const same = byKind.get(structure.kind);
      if (same) same.push(structure);
      else byKind.set(structure.kind, [structure]);
    }
    for (const [kind, structures] of byKind) {
      const tally = tallies.get(kind) ?? { changes: 0, theirs: 0, both: 0, ours: 0 };
      tallies.set(kind, tally);
      for (let i = 0; i < samples; i++) {
        const { offset, length } = pick(structures);
        let at = offset + Math.floor(random() * length);
        // Most structures are mostly empty: every second change is to a byte that is not zero.
        if (i % 2 === 1) while (bytes[at] === 0 && at > offset) at--;
        const sound = bytes[at]!;
        const changed = random() < 0.5 ? sound ^ (1 << Math.floor(random() * 8)) : sound ^ 0xff;
        bytes[at] = changed;
        await file.write(bytes, at, 1, at);
        const ours = await isReported(bytes);
        const { status, output } = e2fsck(disk);
        bytes[at] = sound;
        await file.write(bytes, at, 1, at);
        tally.changes++;
        if (ours) tally.ours++;
        if (status === 0) continue;
        tally.theirs++;
        if (ours) tally.both++;
        else missed.push(`${name}: ${kind} +${at - offset}: ${sound} to ${changed}: ${output}`);
      }
    }
    await file.close();
    return missed;
  }

  for (const [name, [entries, options]] of Object.entries(PLANNED)) {
    it(`reports all that e2fsck reports: ${name}`, async () => {
      const bytes = await ext4Bytes(entries, options);
      expect(await isReported(bytes)).toBe(false);
      expect(await mutate(name, bytes)).toEqual([]);
    });
  }

  for (const [name, { options, sizeKib }] of Object.entries(MADE)) {
    it(`reports all that e2fsck reports: ${name}`, async () => {
      const path = folder.file('made.img');
      await makeWithMke2fs(path, folder.file('contents'), options, { sizeKib });
      const bytes = new Uint8Array(await readFile(path));
      expect(await isReported(bytes)).toBe(false);
      expect(await mutate(name, bytes)).toEqual([]);
    });
  }

  it.each(WITH_FEATURES)('reports all that e2fsck reports: %s %s %s', async (...choices) => {
    const path = folder.file('features.img');
    const options = choices.flatMap((choice) => CHOICES[choice]!);
    expect(await makeFeatureImage(path, folder.file('few'), options)).toBe(true);
    const bytes = new Uint8Array(await readFile(path));
    expect(await isReported(bytes)).toBe(false);
    expect(await mutate(choices.join(), bytes, SAMPLES_OF_FEATURES)).toEqual([]);
  });

  it('is tested with changes to every kind of structure', () => {
    const lines = STRUCTURE_KINDS.map((kind) => {
      const { changes, theirs, both, ours } = tallies.get(kind)!;
      const rate = theirs === 0 ? '-' : `${((100 * both) / theirs).toFixed(0)} %`;
      return `${kind}: ${changes} changes, e2fsck reports ${theirs}, the check ${ours}, of those ${rate}`;
    });
    console.log(lines.join('\n'));
    expect([...tallies.keys()].sort()).toEqual([...STRUCTURE_KINDS].sort());
    const theirs = [...tallies.values()].reduce((sum, tally) => sum + tally.theirs, 0);
    expect(theirs).toBeGreaterThan(100);
  });
});
