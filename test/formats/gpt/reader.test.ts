import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeFields } from '../../../src/formats/fields.js';
import { crc32 } from '../../../src/formats/gpt/crc32.js';
import { GPT_HEADER, GPT_TYPE, MBR_TYPE } from '../../../src/formats/gpt/layout.js';
import { isEfiSystemPartition } from '../../../src/formats/gpt/partition.js';
import { planGpt } from '../../../src/formats/gpt/plan.js';
import { readPartitionTable } from '../../../src/formats/gpt/reader.js';
import { ZosiaError } from '../../../src/errors.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { makeImage } from '../../../src/image/image.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { MAX_LOGICAL_PARTITIONS } from '../../../src/formats/gpt/logical.js';
import { gptBytes, mbrSector } from './disks.js';
import type { Slot } from './disks.js';
import { SECTOR_BYTES } from '../../../src/formats/sector.js';

const SECTORS = 400;
const read = (disk: Uint8Array) => readPartitionTable(accessBytes(disk));

/** Changes a byte of one sector. */
function damaged(disk: Uint8Array, sector: number, at = 60): Uint8Array {
  const copy = disk.slice();
  copy[sector * SECTOR_BYTES + at]! ^= 0xff;
  return copy;
}

describe('crc32', () => {
  it('gives the check value of its catalogue entry', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf4_3926);
  });
});

describe('a GPT', () => {
  const disk = gptBytes(SECTORS, [
    { firstSector: 40, lastSector: 99, name: 'naïve ☃' },
    { firstSector: 100, lastSector: 100 },
  ]);

  it('is read with its partitions', async () => {
    expect(await read(disk)).toEqual({
      scheme: 'gpt',
      diskId: 'd1d1d1d1-d1d1-d1d1-d1d1-d1d1d1d1d1d1',
      partitions: [
        {
          number: 1,
          offset: 40 * SECTOR_BYTES,
          sizeBytes: 60 * SECTOR_BYTES,
          type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
          guid: '01010101-0101-0101-0101-010101010101',
          name: 'naïve ☃',
        },
        expect.objectContaining({ number: 2, sizeBytes: SECTOR_BYTES, name: '' }),
      ],
      problems: [],
      warnings: [],
    });
  });

  it.each([
    ['header', 1],
    ['entries', 2],
  ])('is read from its backup when the primary %s are damaged', async (_what, sector) => {
    const table = await read(damaged(disk, sector));
    expect(table?.partitions).toHaveLength(2);
    expect(table?.problems.map(({ code }) => code)).toEqual(['gpt-primary-header']);
  });

  it('is read with a problem when its backup is damaged', async () => {
    const table = await read(damaged(disk, SECTORS - 1));
    expect(table?.partitions).toHaveLength(2);
    expect(table?.problems.map(({ code }) => code)).toEqual(['gpt-backup-header']);
  });

  it('is refused when both copies are damaged', async () => {
    const both = damaged(damaged(disk, 1), SECTORS - 1);
    await expect(read(both)).rejects.toThrow(zosiaError('ZOSIA_PARTITION_TABLE_CORRUPT'));
  });

  it('is recognised by its header when the protective MBR is gone', async () => {
    const bare = disk.slice();
    bare.fill(0, 0, SECTOR_BYTES);
    expect((await read(bare))?.partitions).toHaveLength(2);
  });

  it.each([
    ['before the usable sectors', { firstSector: 33, lastSector: 50 }],
    ['after the usable sectors', { firstSector: 300, lastSector: SECTORS - 33 }],
    ['the wrong way round', { firstSector: 60, lastSector: 59 }],
  ])('reports a partition that lies %s, and leaves it out', async (_where, slot) => {
    const table = await read(gptBytes(SECTORS, [slot]));
    expect(table?.partitions).toEqual([]);
    expect(table?.problems).toMatchObject([{ code: 'partition-place', where: 'partition 1' }]);
  });

  it('reports partitions that overlap', async () => {
    const table = await read(
      gptBytes(SECTORS, [
        { firstSector: 50, lastSector: 80 },
        { firstSector: 80, lastSector: 90 },
      ]),
    );
    expect(table?.problems).toMatchObject([{ code: 'partition-overlap', where: 'partition 2' }]);
  });

  it.each([
    ['too many entries', { entryCount: 1025 }],
    ['entries of zero bytes', { entryBytes: 0 }],
    ['entries of an odd size', { entryBytes: 129 }],
    ['entries past the end', { entriesSectorLow: SECTORS }],
    ['entries at 2^63', { entriesSectorHigh: 0x8000_0000 }],
    ['a wrong sector of its own', { ownSectorLow: 7 }],
    ['a header of 91 bytes', { headerBytes: 91 }],
    ['a header of 513 bytes', { headerBytes: 513 }],
  ])('is refused with %s, even if its checksum is right', async (_what, values) => {
    const falsified = gptBytes(SECTORS, [], (header) => {
      writeFields(GPT_HEADER, header, 0, values);
    });
    await expect(read(falsified)).rejects.toThrow(zosiaError('ZOSIA_PARTITION_TABLE_CORRUPT'));
  });
});

describe('a GPT in sectors of 4096 bytes', () => {
  const bytes = gptBytes(100, [{ firstSector: 50, lastSector: 80 }], undefined, 4096);

  it('is read', async () => {
    expect(await read(bytes)).toMatchObject({
      problems: [],
      warnings: [],
      partitions: [{ number: 1, offset: 50 * 4096, sizeBytes: 31 * 4096 }],
    });
  });

  it('is read from its backup', async () => {
    const broken = bytes.slice();
    broken.fill(0, 4096, 8192);
    expect(await read(broken)).toMatchObject({
      problems: [{ code: 'gpt-primary-header' }],
      partitions: [{ number: 1, offset: 50 * 4096 }],
    });
  });
});

describe('a GPT on a disk that was enlarged', () => {
  it('is read with a warning that names the sector of the backup', async () => {
    const bytes = gptBytes(SECTORS, [{ firstSector: 50, lastSector: 80 }]);
    const larger = new Uint8Array(bytes.length + 1000 * SECTOR_BYTES);
    larger.set(bytes);
    const table = await read(larger);
    expect(table).toMatchObject({ problems: [], partitions: [{ number: 1 }] });
    expect(table?.warnings).toMatchObject([
      { message: expect.stringContaining(`sector ${SECTORS - 1} `) as string },
    ]);
  });
});

describe('an EFI system partition', () => {
  const esp = { image: makeImage(1 << 20, []), typeGuid: GPT_TYPE.efiSystem, name: 'ESP' };

  it('is recognised by its type, in a GPT and in an MBR', async () => {
    const gpt = await read(
      await imageBytes(planGpt([{ ...esp, typeGuid: GPT_TYPE.linux, name: '' }, esp])),
    );
    expect(gpt?.partitions.map(isEfiSystemPartition)).toEqual([false, true]);
    const slots = [MBR_TYPE.efiSystem, MBR_TYPE.linux, MBR_TYPE.protective - 1];
    const sector = mbrSector(
      slots.map((type, i) => ({ firstSector: 1 + i, sectorCount: 1, type })),
    );
    const mbr = await read(Buffer.concat([sector, new Uint8Array(4 * SECTOR_BYTES)]));
    expect(mbr?.partitions.map(isEfiSystemPartition)).toEqual([true, false, false]);
  });
});

describe('an MBR', () => {
  const disk = (sector: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(100 * SECTOR_BYTES);
    bytes.set(sector);
    return bytes;
  };

  it('is read with its primary partitions', async () => {
    const slots = [
      { firstSector: 1, sectorCount: 9 },
      { firstSector: 0, sectorCount: 0, type: MBR_TYPE.empty },
      { firstSector: 10, sectorCount: 90, type: 0x0c },
    ];
    expect(await read(disk(mbrSector(slots)))).toEqual({
      scheme: 'mbr',
      diskId: '1234abcd',
      partitions: [
        { number: 1, offset: 512, sizeBytes: 4608, type: '83', guid: undefined, name: '' },
        { number: 3, offset: 5120, sizeBytes: 46_080, type: '0c', guid: undefined, name: '' },
      ],
      problems: [],
      warnings: [],
    });
  });

  it.each([
    ['starts at the table', { firstSector: 0, sectorCount: 5 }],
    ['is empty', { firstSector: 5, sectorCount: 0 }],
    ['ends past the disk', { firstSector: 99, sectorCount: 2 }],
    ['is enormous', { firstSector: 0xffff_ffff, sectorCount: 0xffff_ffff }],
  ])('reports a partition that %s, and leaves it out', async (_what, slot) => {
    const table = await read(disk(mbrSector([slot])));
    expect(table?.partitions).toEqual([]);
    expect(table?.problems).toMatchObject([{ code: 'partition-place' }]);
  });

  describe('with an extended partition', () => {
    const extended = { firstSector: 10, sectorCount: 80, type: MBR_TYPE.extended };
    const withRecords = (records: Readonly<Record<number, readonly Slot[]>>): Uint8Array => {
      const bytes = disk(mbrSector([{ firstSector: 1, sectorCount: 9 }, extended]));
      for (const [sector, slots] of Object.entries(records)) {
        bytes.set(mbrSector(slots), Number(sector) * SECTOR_BYTES);
      }
      return bytes;
    };
    const next = (firstSector: number): Slot => ({
      firstSector,
      sectorCount: 20,
      type: MBR_TYPE.extended,
    });
    const logical = { firstSector: 1, sectorCount: 5 };

    it('is read with its logical partitions, numbered from 5', async () => {
      const table = await read(withRecords({ 10: [logical, next(30)], 40: [logical] }));
      expect(table?.problems).toEqual([]);
      expect(table?.partitions.map(({ number, offset }) => [number, offset / 512])).toEqual([
        [1, 1],
        [2, 10],
        [5, 11],
        [6, 41],
      ]);
    });

    it('is read when the extended partition is empty', async () => {
      expect(await read(withRecords({}))).toMatchObject({ problems: [] });
    });

    it.each<[string, Parameters<typeof withRecords>[0], string]>([
      ['a loop', { 10: [logical, next(30)], 40: [logical, next(0)] }, 'is a loop'],
      ['a chain that leaves the partition', { 10: [logical, next(80)] }, 'past its end'],
      ['a chain to a sector without a record', { 10: [logical, next(30)] }, 'no boot record'],
      ['a partition past its end', { 10: [{ firstSector: 1, sectorCount: 80 }] }, 'do not lie'],
    ])('reports %s', async (_what, records, message) => {
      expect((await read(withRecords(records)))?.problems).toMatchObject([
        { message: expect.stringContaining(message) as string },
      ]);
    });

    it('reports too many logical partitions, and leaves out the rest', async () => {
      const bytes = new Uint8Array(4000 * SECTOR_BYTES);
      bytes.set(mbrSector([{ firstSector: 1, sectorCount: 3999, type: MBR_TYPE.extendedLba }]));
      for (let i = 0; i < 600; i++) {
        bytes.set(mbrSector([logical, next(6 * (i + 1))]), (1 + 6 * i) * SECTOR_BYTES);
      }
      const table = await read(bytes);
      expect(table?.problems).toMatchObject([{ code: 'partition-extended' }]);
      expect(table?.partitions).toHaveLength(1 + MAX_LOGICAL_PARTITIONS);
    });
  });

  it('is not recognised without its signature, without partitions, or with boot code in them', async () => {
    const sector = mbrSector([{ firstSector: 1, sectorCount: 9 }]);
    const unsigned = sector.slice();
    unsigned[510] = 0;
    const code = sector.slice();
    code[446] = 0x33;
    for (const bytes of [unsigned, code, mbrSector([])]) {
      expect(await read(disk(bytes))).toBeUndefined();
    }
    expect(await read(sector)).toBeUndefined();
  });
});

it('readPartitionTable returns a result or throws a ZosiaError for changed bytes', async () => {
  const disk = gptBytes(SECTORS, [{ firstSector: 40, lastSector: 99 }]);
  const flips = fc.array(fc.tuple(fc.nat(3 * SECTOR_BYTES), fc.nat(255)), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(flips, async (changes) => {
      const bytes = disk.slice();
      for (const [at, value] of changes) bytes[at] = value;
      const table = await read(bytes).catch((error: unknown) => error);
      if (table instanceof Error) expect(table).toBeInstanceOf(ZosiaError);
    }),
    { numRuns: 200 },
  );
});
