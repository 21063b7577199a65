import { describe, expect, it } from 'vitest';
import { bytesData } from '../../../src/image/file-data.js';
import type { NumberField } from '../../../src/formats/fields.js';
import { verifyFat } from '../../../src/formats/fat/check/checker.js';
import {
  BOOT_SECTOR,
  EXTENDED_BOOT,
  EXTENDED_BOOT_OFFSET,
  FAT32_BOOT_SECTOR,
  FSINFO,
} from '../../../src/formats/fat/layout/boot-sector.js';
import { DIRECTORY_ENTRY } from '../../../src/formats/fat/layout/directory.js';
import { FAT_TYPES, FAT_TYPE_FACTS } from '../../../src/formats/fat/layout/table.js';
import type { FatType } from '../../../src/formats/fat/layout/table.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry } from '../../../src/formats/fat/plan.js';
import { openFat } from '../../../src/formats/fat/reader/reader.js';
import { writeEntry } from '../../../src/formats/fat/table.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { imageBytes } from '../../support/images.js';
import { LAYOUTS } from './layouts.js';
import { accessImage } from '../../../src/image/access-image.js';

const ENTRIES: FatEntry[] = [
  { type: 'file', path: '/THREE', data: bytesData(Buffer.alloc(1500, 1)) },
  { type: 'file', path: '/DIR/A long name', data: bytesData(Buffer.alloc(600, 2)) },
  { type: 'file', path: '/DIR/EMPTY', data: bytesData(new Uint8Array(0)) },
  { type: 'file', path: '/DIR/SUB/TWO', data: bytesData(Buffer.alloc(600, 3)) },
];

/** A volume whose files can be damaged by name. */
class Damaged {
  private constructor(
    readonly bytes: Uint8Array,
    private readonly type: FatType,
    private readonly fatOffsets: readonly number[],
    private readonly clusters: ReadonlyMap<string, number>,
  ) {}

  static async plan(type: FatType): Promise<Damaged> {
    const image = planFat(ENTRIES, {
      type,
      clusterSizeBytes: 512,
      label: 'CHECK',
      extraBytes: 2000,
    });
    const bytes = await imageBytes(image);
    const reader = await openFat(accessBytes(bytes));
    const clusters = new Map<string, number>();
    for await (const { path, stat } of reader.walk()) clusters.set(path, stat.firstCluster);
    const { fatOffset, fatSectorCount, sectorBytes } = reader.bootSector;
    const offsets = [fatOffset, fatOffset + fatSectorCount * sectorBytes];
    return new Damaged(bytes, type, offsets, clusters);
  }

  /** A file's cluster, counted from its first. */
  cluster(path: string, index = 0): number {
    return this.clusters.get(path)! + index;
  }

  /** Sets an entry in both FATs, or in one. */
  link(cluster: number, next: number, fats: readonly number[] = [0, 1]): void {
    const width = { FAT12: 1.5, FAT16: 2, FAT32: 4 }[this.type];
    for (const fat of fats) {
      const table = this.bytes.subarray(this.fatOffsets[fat]);
      const at = Math.floor(cluster * width);
      if (this.type !== 'FAT12') table.fill(0, at, at + width);
      else if (cluster % 2 === 0) table.set([0, table[at + 1]! & 0xf0], at);
      else table.set([table[at]! & 0x0f, 0], at);
      writeEntry(this.type, table, cluster, next & FAT_TYPE_FACTS[this.type].entryMask);
    }
  }

  /** Sets a field of the first entry with this short name. */
  entry(name: string, field: NumberField, value: number): void {
    this.number(this.entryAt(name) + field.offset, field.width, value);
  }

  entryAt(name: string): number {
    const at = Buffer.from(this.bytes).indexOf(name.padEnd(11));
    expect(at).toBeGreaterThan(0);
    return at;
  }

  number(at: number, width: number, value: number): void {
    Buffer.from(this.bytes.buffer, this.bytes.byteOffset).writeUIntLE(value, at, width);
  }

  field(field: NumberField, value: number, base = 0): void {
    this.number(base + field.offset, field.width, value);
  }

  async codes(): Promise<string[]> {
    const { problems } = await verifyFat(accessBytes(this.bytes));
    return problems.map(({ code }) => code);
  }
}

describe('verifyFat on an unusual volume', () => {
  it.each<[string, string | undefined, string | undefined, readonly string[]]>([
    ['a label in the root alone', 'OTHER', undefined, ['the root has the label "OTHER"']],
    ['a label in the boot sector alone', undefined, 'OTHER', ['the boot sector "OTHER"']],
    ['a blank label in the root', '', undefined, ['its volume label is blank', 'the root has']],
    ['a blank label in the boot sector', undefined, '', ['in the boot sector is blank', 'has']],
    ['nothing where both labels are NO NAME', 'NO NAME', 'NO NAME', []],
    ['nothing where the labels agree', 'SAME', 'SAME', []],
  ])('warns of %s', async (_what, inRoot, inBootSector, expected) => {
    const volume = await Damaged.plan('FAT16');
    const label = (text: string): Buffer => Buffer.from(text.padEnd(11));
    const root = Buffer.from(volume.bytes).lastIndexOf(label('CHECK'));
    const boot = EXTENDED_BOOT_OFFSET.FAT16 + EXTENDED_BOOT.label.offset;
    if (inRoot !== undefined) volume.bytes.set(label(inRoot), root);
    if (inBootSector !== undefined) volume.bytes.set(label(inBootSector), boot);
    const { problems, warnings } = await verifyFat(accessBytes(volume.bytes));
    expect(problems).toEqual([]);
    expect(warnings.map(({ code }) => code)).toEqual(expected.map(() => 'label'));
    expected.forEach((text, i) => {
      expect(warnings[i]!.message).toContain(text);
    });
  });

  it('warns of a FAT32 boot sector whose copy has another label', async () => {
    const volume = await Damaged.plan('FAT32');
    const at = EXTENDED_BOOT_OFFSET.FAT32 + EXTENDED_BOOT.label.offset;
    volume.bytes.set(Buffer.from('NEW'.padEnd(11)), at);
    const { problems, warnings } = await verifyFat(accessBytes(volume.bytes));
    expect(problems).toEqual([]);
    expect(warnings.map(({ code }) => code)).toEqual(['backup-boot-sector', 'label']);
  });

  it('warns of FAT32 with few clusters, as mkfs.fat -F 32 makes small volumes', async () => {
    const volume = await Damaged.plan('FAT32');
    volume.field(BOOT_SECTOR.sectorCount32, 50_000);
    const { warnings } = await verifyFat(accessBytes(volume.bytes));
    expect(warnings).toMatchObject([{ code: 'cluster-count', where: 'boot sector' }]);
  });
});

describe('verifyFat on a planned volume', () => {
  it.each(LAYOUTS)('finds nothing: $name', async ({ entries, options }) => {
    const { problems, summary } = await verifyFat(accessImage(planFat(entries, options)));
    expect(problems).toEqual([]);
    const files = entries.filter(({ type }) => type === 'file').length;
    expect(summary).toMatchObject({ fileCount: files, problemCount: 0, badClusterCount: 0 });
  });

  it('counts clusters, files and directories', async () => {
    const { summary } = await verifyFat(accessImage(planFat(ENTRIES, { extraBytes: 1000 })));
    expect(summary).toEqual({
      type: 'FAT12',
      clusterSizeBytes: 512,
      clusterCount: 11,
      usedClusterCount: 9,
      badClusterCount: 0,
      fileCount: 4,
      directoryCount: 3,
      problemCount: 0,
    });
  });
});

const DAMAGE: [string, (volume: Damaged) => void, string[]][] = [
  [
    'FATs that differ',
    (v) => {
      v.link(v.cluster('/THREE'), 0, [1]);
    },
    ['fat-copies'],
  ],
  [
    'a chain cut short',
    (v) => {
      v.link(v.cluster('/THREE', 1), 0xfff_ffff);
    },
    ['chain-short', 'cluster-lost'],
  ],
  [
    'a size too small',
    (v) => {
      v.entry('THREE', DIRECTORY_ENTRY.sizeBytes, 100);
    },
    ['chain-long'],
  ],
  [
    'a size too large',
    (v) => {
      v.entry('THREE', DIRECTORY_ENTRY.sizeBytes, 2000);
    },
    ['chain-short'],
  ],
  [
    'an empty file with clusters',
    (v) => {
      v.entry('THREE', DIRECTORY_ENTRY.sizeBytes, 0);
    },
    ['chain-long'],
  ],
  [
    'a file with a size but no clusters',
    (v) => {
      v.entry('EMPTY', DIRECTORY_ENTRY.sizeBytes, 1);
    },
    ['chain-broken'],
  ],
  [
    'a chain into a free cluster',
    (v) => {
      v.link(v.cluster('/THREE'), 0);
    },
    ['chain-broken', 'cluster-lost'],
  ],
  [
    'a chain that leaves the volume',
    (v) => {
      v.link(v.cluster('/THREE', 2), 0xf00);
    },
    ['chain-broken'],
  ],
  [
    'a cluster marked bad',
    (v) => {
      v.link(v.cluster('/THREE', 2), 0xfff_fff7);
    },
    ['chain-broken'],
  ],
  [
    'a chain that loops',
    (v) => {
      v.link(v.cluster('/THREE', 2), v.cluster('/THREE', 1));
    },
    ['chain-loop'],
  ],
  [
    'two files that share clusters',
    (v) => {
      v.link(v.cluster('/THREE', 2), v.cluster('/DIR/SUB/TWO'));
    },
    ['chain-long', 'cross-link'],
  ],
  [
    'a cluster that no file uses',
    (v) => {
      v.link(v.cluster('/THREE', 3), 0xfff_ffff);
    },
    ['cluster-lost'],
  ],
  [
    'a directory that contains itself',
    (v) => {
      v.entry('SUB', DIRECTORY_ENTRY.firstClusterLow, v.cluster('/DIR'));
    },
    ['cross-link', 'dot-entry', 'cluster-lost'],
  ],
  [
    '"." that leads elsewhere',
    (v) => {
      v.entry('.', DIRECTORY_ENTRY.firstClusterLow, 9);
    },
    ['dot-entry'],
  ],
  [
    '".." that leads elsewhere',
    (v) => {
      v.entry('..', DIRECTORY_ENTRY.firstClusterLow, 9);
    },
    ['dot-entry'],
  ],
  ['no ".."', (v) => (v.bytes[v.entryAt('..')] = 0xe5), ['dot-entry']],
  [
    '"." that is a file',
    (v) => {
      v.entry('.', DIRECTORY_ENTRY.attributes, 0x20);
    },
    ['dot-entry'],
  ],
  [
    'a label in a directory',
    (v) => {
      v.entry('EMPTY', DIRECTORY_ENTRY.attributes, 0x08);
    },
    ['label'],
  ],
  ['a short name in lower case', (v) => (v.bytes[v.entryAt('EMPTY')] = 0x65), ['short-name']],
  [
    'a blank inside of a short name',
    (v) => (v.bytes[v.entryAt('EMPTY') + 2] = 0x20),
    ['short-name'],
  ],
  [
    'a duplicate short name',
    (v) => {
      v.bytes.set(Buffer.from('SUB  '), v.entryAt('EMPTY'));
    },
    ['duplicate-name'],
  ],
  [
    'a long name of another short name',
    (v) => (v.bytes[v.entryAt('ALONGN~1')] = 0x42),
    ['long-name-checksum'],
  ],
  [
    'a forbidden character in a long name',
    (v) => (v.bytes[v.entryAt('ALONGN~1') - 31] = 0x3a),
    ['long-name'],
  ],
  [
    'a directory with a size',
    (v) => {
      v.entry('SUB', DIRECTORY_ENTRY.sizeBytes, 1);
    },
    ['directory-size'],
  ],
  [
    'unknown attributes',
    (v) => {
      v.entry('THREE', DIRECTORY_ENTRY.attributes, 0xa0);
    },
    ['attributes'],
  ],
  [
    'an invalid month',
    (v) => {
      v.entry('THREE', DIRECTORY_ENTRY.writeDate, 0x1e1);
    },
    ['time'],
  ],
  [
    'an invalid media descriptor',
    (v) => {
      v.field(BOOT_SECTOR.media, 0x12);
    },
    ['media'],
  ],
];

describe.each(FAT_TYPES)('verifyFat on a damaged %s', (type) => {
  it.each(DAMAGE)('reports %s', async (_what, damage, expected) => {
    const volume = await Damaged.plan(type);
    expect(await volume.codes()).toEqual([]);
    damage(volume);
    const found = new Set(await volume.codes());
    // The counts and the copy that FAT32 has notice more of it.
    for (const code of ['fsinfo-free', 'backup-boot-sector']) {
      if (type === 'FAT32' && !expected.includes(code)) found.delete(code);
    }
    expect([...found].sort()).toEqual([...expected].sort());
  });
});

describe('verifyFat on a damaged volume', () => {
  const FSINFO_AT = 512;
  it.each<[string, FatType, (volume: Damaged) => void, string[]]>([
    [
      'was not unmounted',
      'FAT16',
      (v) => {
        v.link(1, 0x7fff);
      },
      ['not-clean'],
    ],
    [
      'was not unmounted',
      'FAT32',
      (v) => {
        v.link(1, 0x07ff_ffff);
      },
      ['not-clean'],
    ],
    [
      'had disk errors',
      'FAT16',
      (v) => {
        v.link(1, 0xbfff);
      },
      ['disk-error'],
    ],
    [
      'has an invalid second FAT entry',
      'FAT12',
      (v) => {
        v.link(1, 0x001);
      },
      ['second-entry'],
    ],
    [
      'has a wrong count of free clusters',
      'FAT32',
      (v) => {
        v.field(FSINFO.freeClusterCount, 7, FSINFO_AT);
      },
      ['fsinfo-free'],
    ],
    [
      'has an invalid next free cluster',
      'FAT32',
      (v) => {
        v.field(FSINFO.nextFreeCluster, 1, FSINFO_AT);
      },
      ['fsinfo-next'],
    ],
    [
      'has no FSInfo signature',
      'FAT32',
      (v) => {
        v.field(FSINFO.trailSignature, 0, FSINFO_AT);
      },
      ['fsinfo-signature'],
    ],
    ['has a wrong backup', 'FAT32', (v) => (v.bytes[6 * 512 + 100]! ^= 1), ['backup-boot-sector']],
    [
      'has its backup in the wrong sector',
      'FAT32',
      (v) => {
        v.field(FAT32_BOOT_SECTOR.backupSector, 1000);
      },
      ['backup-boot-sector'],
    ],
    [
      'has its FSInfo in the wrong sector',
      'FAT32',
      (v) => {
        v.field(FAT32_BOOT_SECTOR.fsInfoSector, 1000);
      },
      ['backup-boot-sector', 'fsinfo-place'],
    ],
    [
      'has too few clusters for FAT32',
      'FAT32',
      (v) => {
        v.field(BOOT_SECTOR.sectorCount32, 50_000);
      },
      ['fsinfo-free', 'backup-boot-sector'],
    ],
  ])('reports a volume that %s (%s)', async (_what, type, damage, expected) => {
    const volume = await Damaged.plan(type);
    damage(volume);
    expect((await volume.codes()).sort()).toEqual([...expected].sort());
  });

  it.each<[string, string, (volume: Damaged) => void]>([
    [
      'is cut short',
      'volume-size',
      (v) => {
        v.field(BOOT_SECTOR.sectorCount32, 2 ** 31);
      },
    ],
    [
      'has no clusters',
      'cluster-count',
      (v) => {
        v.field(BOOT_SECTOR.sectorCount32, 1050);
      },
    ],
    [
      'has too small a FAT',
      'fat-size',
      (v) => {
        v.field(FAT32_BOOT_SECTOR.fatSectorCount32, 100);
      },
    ],
    [
      'uses a FAT that does not exist',
      'active-fat',
      (v) => {
        v.field(FAT32_BOOT_SECTOR.flags, 0x82);
      },
    ],
    [
      'has no root directory',
      'root-cluster',
      (v) => {
        v.field(FAT32_BOOT_SECTOR.rootCluster, 1);
      },
    ],
  ])('reports a volume that %s, without a summary', async (_what, code, damage) => {
    const volume = await Damaged.plan('FAT32');
    damage(volume);
    const { problems, summary } = await verifyFat(accessBytes(volume.bytes));
    expect(problems.map((each) => each.code)).toContain(code);
    expect(summary).toBeUndefined();
    await expect(openFat(accessBytes(volume.bytes))).rejects.toMatchObject({
      code: 'ZOSIA_FAT_CORRUPT',
    });
  });

  it('describes at most maxProblems problems and counts all', async () => {
    const volume = await Damaged.plan('FAT16');
    for (let cluster = 100; cluster < 200; cluster += 2) volume.link(cluster, 0xffff);
    const { problems, summary } = await verifyFat(accessBytes(volume.bytes), { maxProblems: 3 });
    expect(problems).toHaveLength(3);
    expect(summary?.problemCount).toBe(50);
  });

  it('reports which files share clusters', async () => {
    const volume = await Damaged.plan('FAT16');
    volume.link(volume.cluster('/THREE', 2), volume.cluster('/DIR/SUB/TWO'));
    const { problems } = await verifyFat(accessBytes(volume.bytes));
    const crossLink = problems.find(({ code }) => code === 'cross-link');
    expect(crossLink).toMatchObject({ where: '/DIR/SUB/TWO' });
    expect(crossLink?.message).toMatch(/used by \/THREE$/);
  });
});
