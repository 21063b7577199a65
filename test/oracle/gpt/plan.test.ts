import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesData, holeData } from '../../../src/image/file-data.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { GPT_TYPE } from '../../../src/formats/gpt/layout.js';
import { FIRST_PARTITION_OFFSET, planGpt } from '../../../src/formats/gpt/plan.js';
import { readPartitionTable } from '../../../src/formats/gpt/reader.js';
import { openPlan } from '../../../src/host/image-reader.js';
import type { Image } from '../../../src/image/image.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWith, run } from '../fat/programs.js';

const MIB = 2 ** 20;

interface DiskShape {
  readonly sizes: readonly number[];
  readonly roomSectors: number | undefined;
}

/** Disks with any number of partitions, as small as possible or with free space. */
const shapes: fc.Arbitrary<DiskShape> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 3 * MIB }), { minLength: 1, maxLength: 12 }),
  roomSectors: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
});

function plan({ sizes, roomSectors }: DiskShape): Image {
  const partitions = sizes.map((sizeBytes, i) => {
    const name = `part ${i} ☃`;
    return { image: holeData(sizeBytes), typeGuid: GPT_TYPE.linux, name };
  });
  const smallest = planGpt(partitions);
  if (roomSectors === undefined) return smallest;
  return planGpt(partitions, { sizeBytes: smallest.sizeBytes + roomSectors * 512 });
}

describeWith(['sgdisk'], 'sgdisk', () => {
  const folder = temporaryFolder();

  it('finds no problems, and the planned partitions', async () => {
    const path = folder.file('disk.img');
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const disk = plan(shape);
        await writeRaw(disk, path, { durable: false });
        const { status, output } = run('sgdisk', ['-v', '-p', path]);
        expect(status, output).toBe(0);
        expect(output).toContain('No problems found');
        expect(output).not.toMatch(/caution|warning/i);
        const { diskId, partitions } = (await readPartitionTable(openPlan(disk)))!;
        expect(output).toContain(`Disk identifier (GUID): ${diskId.toUpperCase()}`);
        for (const { number, offset, sizeBytes } of partitions) {
          const [first, last] = [offset / 512, (offset + sizeBytes) / 512 - 1];
          const line = new RegExp(
            `^ +${number} +${first} +${last} .* 8300 +part ${number - 1} ☃$`,
            'm',
          );
          expect(output).toMatch(line);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('reads the planned GUIDs of a partition', async () => {
    const path = folder.file('guids.img');
    const guid = '01234567-89ab-8def-8123-456789abcdef';
    const part = { image: holeData(1), typeGuid: GPT_TYPE.efiSystem, name: 'EFI', guid };
    await writeRaw(planGpt([part]), path);
    const { output } = run('sgdisk', ['-i', '1', path]);
    expect(output).toMatch(/C12A7328-F81F-11D2-BA4B-00A0C93EC93B \(EFI system partition\)/i);
    expect(output).toContain(`Partition unique GUID: ${guid.toUpperCase()}`);
  });

  it('reads the backup table when the primary one is missing', async () => {
    const path = folder.file('lost.img');
    const disk = planGpt([{ image: holeData(1), typeGuid: GPT_TYPE.linux, name: 'kept' }]);
    const segments = disk.segments.filter(({ label }) => !/^GPT/.test(label ?? ''));
    await writeRaw({ ...disk, segments }, path);
    const { output } = run('sgdisk', ['-p', path]);
    expect(output).toMatch(/ 8300 +kept$/m);
  });
});

// Only where it is installed; sgdisk is on every host of the tests.
describeWithPrograms(['sfdisk'], 'sfdisk', () => {
  const folder = temporaryFolder();

  it('finds no errors', async () => {
    const path = folder.file('disk.img');
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const disk = plan(shape);
        await writeRaw(disk, path, { durable: false });
        const { status, output } = run('sfdisk', ['--verify', path]);
        expect(status, output).toBe(0);
        expect(output).toMatch(/No errors detected/);
      }),
      { numRuns: 20 },
    );
  });
});

describeWith(['fsck.fat', 'mtype', 'dd'], 'an ESP on a disk', () => {
  const folder = temporaryFolder();

  it('is read by mtools and checked by fsck.fat', async () => {
    const path = folder.file('disk.img');
    const fat = planFat(
      [{ type: 'file', path: '/EFI/BOOT/hello.txt', data: bytesData(Buffer.from('hello')) }],
      { esp: true, partitionOffsetBytes: FIRST_PARTITION_OFFSET, sizeBytes: 40 * MIB },
    );
    await writeRaw(planGpt([{ image: fat, typeGuid: GPT_TYPE.efiSystem, name: 'ESP' }]), path);
    const mtype = run('mtype', [
      '-i',
      `${path}@@${FIRST_PARTITION_OFFSET}`,
      '::/efi/boot/HELLO.TXT',
    ]);
    expect(mtype.output).toBe('hello');
    const partition = folder.file('partition.img');
    run('dd', [`if=${path}`, `of=${partition}`, 'bs=1048576', 'skip=1', 'count=40']);
    const checked = run('fsck.fat', ['-n', partition]);
    expect(checked.status, checked.output).toBe(0);
  });
});
