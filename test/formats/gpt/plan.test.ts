import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesData, fileData, holeData } from '../../../src/image/file-data.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { openFat } from '../../../src/formats/fat/reader/reader.js';
import { formatGuid, parseGuid } from '../../../src/formats/gpt/guid.js';
import { GPT_TYPE } from '../../../src/formats/gpt/layout.js';
import { FIRST_PARTITION_OFFSET, planGpt } from '../../../src/formats/gpt/plan.js';
import type { GptOptions, GptPartition } from '../../../src/formats/gpt/plan.js';
import { readPartitionTable } from '../../../src/formats/gpt/reader.js';
import { digestImage } from '../../../src/host/digest.js';
import { accessImage } from '../../../src/image/access-image.js';
import { flatten } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';

const MIB = 2 ** 20;
const EFI = GPT_TYPE.efiSystem;
const LINUX = GPT_TYPE.linux;
/** Version 8, and the variant of RFC 9562. */
const DERIVED = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const part = (image: Image, name = '', typeGuid: string = LINUX): GptPartition => ({
  image,
  name,
  typeGuid,
});
const SMALL = bytesData(Buffer.from('small'));

/** The table of a planned disk. */
async function table(partitions: readonly GptPartition[], options: GptOptions = {}) {
  const found = await readPartitionTable(accessImage(planGpt(partitions, options)));
  return found!;
}

describe('golden disks', () => {
  const esp = planFat([{ type: 'file', path: '/EFI/BOOT/BOOTX64.EFI', data: SMALL }], {
    esp: true,
    label: 'ESP',
    partitionOffsetBytes: FIRST_PARTITION_OFFSET,
  });
  it.each<[string, GptPartition[], GptOptions]>([
    ['an empty disk', [], {}],
    ['an ESP and a model', [part(esp, 'EFI system', EFI), part(SMALL, 'naïve ☃')], {}],
    ['a disk of a given size', [part(SMALL)], { sizeBytes: 5 * MIB + 1024 }],
    ['a disk with given GUIDs', [{ ...part(SMALL), guid: LINUX }], { diskGuid: EFI }],
  ])('%s', async (_name, partitions, options) => {
    const image = planGpt(partitions, options);
    const summary = `${image.sizeBytes} bytes, sha256 ${await digestImage(image)}`;
    expect(summary).toMatchSnapshot();
  });
});

describe('planGpt', () => {
  it('plans a disk that readPartitionTable reads back', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 * MIB }), { maxLength: 20 });
    const name = fc
      .string({ unit: 'binary', maxLength: 18 })
      .filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(sizes, name, fc.uint8Array(), async (partBytes, text, identity) => {
        const partitions = partBytes.map((sizeBytes) => part(holeData(sizeBytes), text));
        const image = planGpt(partitions, { identity });
        const found = await readPartitionTable(accessImage(image));
        expect(found).toMatchObject({ scheme: 'gpt', problems: [] });
        expect(found!.diskId).toMatch(DERIVED);
        let end = MIB;
        expect(found!.partitions).toHaveLength(partBytes.length);
        for (const [i, each] of found!.partitions.entries()) {
          expect(each).toMatchObject({ number: i + 1, offset: end, type: LINUX, name: text });
          expect(each.guid).toMatch(DERIVED);
          expect(each.sizeBytes).toBe(Math.ceil(partBytes[i]! / MIB) * MIB);
          end += each.sizeBytes;
        }
        const guids = found!.partitions.map(({ guid }) => guid);
        expect(new Set([found!.diskId, ...guids]).size).toBe(partBytes.length + 1);
        if (partBytes.length > 0) expect(image.sizeBytes).toBe(end + 33 * 512);
      }),
      { numRuns: 50 },
    );
  });

  it('refers to the files in its partitions', () => {
    const inner = planFat([{ type: 'file', path: '/a', data: fileData('/model', 10_000) }]);
    const disk = planGpt([part(inner, 'one'), part(inner, 'two')]);
    const files = flatten(disk).filter(({ source }) => source.kind === 'file');
    const { offset } = flatten(inner).find(({ source }) => source.kind === 'file')!;
    expect(files.map((each) => each.offset)).toEqual([MIB + offset, 2 * MIB + offset]);
  });

  it('writes an MBR that covers the disk', async () => {
    const mbr = async (image: Image): Promise<string> =>
      Buffer.from(await accessImage(image).read(446, 66)).toString('hex');
    const zeros = '00'.repeat(48);
    expect(await mbr(planGpt([part(SMALL)]))).toBe(`00000200eeffffff0100000020100000${zeros}55aa`);
    const large = planGpt([], { sizeBytes: 2 ** 42 });
    expect(await mbr(large)).toBe(`00000200eeffffff01000000ffffffff${zeros}55aa`);
  });

  it('places partitions past sector 2^32', async () => {
    const { partitions, problems } = await table([part(holeData(2 ** 42)), part(SMALL)]);
    expect(problems).toEqual([]);
    expect(partitions[1]!.offset).toBe(2 ** 42 + MIB);
  });

  it('derives the disk GUID from the identity, and partition GUIDs from identity and name', async () => {
    const guids = async (name: string, identity: string) => {
      const found = await table([part(SMALL, name)], { identity: Buffer.from(identity) });
      return [found.diskId, found.partitions[0]!.guid];
    };
    const [disk, guid] = await guids('a', '1');
    expect(await guids('a', '1')).toEqual([disk, guid]);
    const [sameDisk, otherName] = await guids('b', '1');
    expect([sameDisk, otherName === guid]).toEqual([disk, false]);
    const [otherDisk, otherGuid] = await guids('a', '2');
    expect([otherDisk === disk, otherGuid === guid]).toEqual([false, false]);
  });

  it('plans a disk with a volume that openFat reads', async () => {
    const fat = planFat([{ type: 'file', path: '/Text', data: SMALL }], {
      partitionOffsetBytes: FIRST_PARTITION_OFFSET,
    });
    const disk = accessImage(planGpt([part(fat, 'ESP', EFI)]));
    const { partitions } = (await readPartitionTable(disk))!;
    const { offset, sizeBytes } = partitions[0]!;
    const inside: RandomAccess = {
      sizeBytes,
      read: (from, length) => disk.read(offset + from, length),
    };
    const reader = await openFat(inside);
    expect(reader.bootSector.hiddenSectorCount * 512).toBe(offset);
    const opened = await reader.open('/Text');
    expect(Buffer.from(await opened.read(0, 5)).toString()).toBe('small');
  });

  it('accepts the smallest size, and refuses a smaller one', async () => {
    const { sizeBytes } = planGpt([part(SMALL)]);
    expect(await imageBytes(planGpt([part(SMALL)], { sizeBytes }))).toHaveLength(sizeBytes);
    expect(() => planGpt([part(SMALL)], { sizeBytes: sizeBytes - 512 })).toThrow(
      `at least ${sizeBytes} bytes, and is to have ${sizeBytes - 512}`,
    );
  });
});

describe('a GUID', () => {
  it('has its first three numbers in little-endian order on disk', () => {
    expect(Buffer.from(parseGuid(EFI)!).toString('hex')).toBe('28732ac11ff8d211ba4b00a0c93ec93b');
    expect(formatGuid(parseGuid(EFI.toUpperCase())!)).toBe(EFI);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(parseGuid(formatGuid(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('planGpt at its limits', () => {
  it.each<[string, string, GptPartition[], GptOptions?]>([
    ['129 partitions', 'TOO_MANY_PARTITIONS', Array.from({ length: 129 }, () => part(SMALL))],
    ['a name of 37 units', 'BAD_NAME', [part(SMALL, 'x'.repeat(37))]],
    ['a NUL in a name', 'BAD_NAME', [part(SMALL, 'a\0')]],
    ['half a surrogate pair', 'BAD_NAME', [part(SMALL, '\ud83d')]],
    ['a type that is no GUID', 'BAD_GUID', [part(SMALL, '', 'EF00')]],
    ['the type of an unused entry', 'BAD_GUID', [part(SMALL, '', GPT_TYPE.unused)]],
    ['a disk GUID of a digit too few', 'BAD_GUID', [], { diskGuid: EFI.slice(1) }],
    ['an empty partition', 'EMPTY_PARTITION', [part(holeData(0))]],
    ['too small a disk', 'TOO_SMALL', [part(SMALL)], { sizeBytes: MIB }],
    ['a fraction of a byte', 'BAD_SIZE', [], { sizeBytes: MIB + 0.5 }],
    ['a fraction of a sector', 'BAD_SIZE', [], { sizeBytes: MIB + 256 }],
  ])('rejects %s with ZOSIA_GPT_%s', (_what, code, partitions, options = {}) => {
    expect(() => planGpt(partitions, options)).toThrow(zosiaError(`ZOSIA_GPT_${code}`));
  });

  it('accepts 128 partitions, and names of 36 units', () => {
    const partitions = Array.from({ length: 128 }, () => part(SMALL, 'x'.repeat(36)));
    expect(planGpt(partitions).sizeBytes).toBe(129 * MIB + 33 * 512);
  });
});
