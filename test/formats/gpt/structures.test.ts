import { describe, expect, it } from 'vitest';
import { tableStructures } from '../../../src/formats/gpt/structures.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { gptBytes, mbrSector } from './disks.js';

const SLOTS = [{ firstSector: 40, lastSector: 50 }];

describe('tableStructures', () => {
  it.each([512, 4096])('finds both copies of a GPT in sectors of %i bytes', async (sectorBytes) => {
    const sectors = 200;
    const found = await tableStructures(
      accessBytes(gptBytes(sectors, SLOTS, undefined, sectorBytes)),
    );
    const entriesBytes = 128 * 128;
    expect(found.map(({ what, offset, length }) => [what, offset, length])).toEqual([
      ['protective MBR', 0, 512],
      ['primary GPT header', sectorBytes, sectorBytes],
      ['primary partition entries', 2 * sectorBytes, entriesBytes],
      ['backup GPT header', (sectors - 1) * sectorBytes, sectorBytes],
      ['backup partition entries', (sectors - 1) * sectorBytes - entriesBytes, entriesBytes],
    ]);
  });

  it('leaves out a copy that is missing', async () => {
    const bytes = gptBytes(200, SLOTS);
    bytes.fill(0, 512, 1024);
    const found = await tableStructures(accessBytes(bytes));
    expect(found.map(({ what }) => what)).toEqual([
      'protective MBR',
      'backup GPT header',
      'backup partition entries',
    ]);
  });

  it('finds the master boot record of a disk without a GPT', async () => {
    const disk = new Uint8Array(64 * 512);
    disk.set(mbrSector([{ firstSector: 1, sectorCount: 9 }]));
    expect(await tableStructures(accessBytes(disk))).toEqual([
      { offset: 0, length: 512, what: 'master boot record' },
    ]);
  });
});
