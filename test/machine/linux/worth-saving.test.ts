import { truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../src/image/units.js';
import { obstacleToBegin } from '../../../src/machine/linux/worth-saving.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('a machine that is to be saved', () => {
  const folder = temporaryFolder();
  const room = { freeBytes: 100 * GIB, budgetBytes: 300 * MIB, stored: [] };

  const modelOf = async (mib: number, ramMiB = 1024) => {
    const path = folder.file(`${mib}.gguf`);
    await writeFile(path, '');
    await truncate(path, mib * MIB);
    return {
      ramMiB,
      disk: { format: 'table', files: [path, folder.file('gone')], rows: [] },
    } as const;
  };

  it('has its memory in no file where its model alone is beyond the budget', async () => {
    expect(await obstacleToBegin(await modelOf(300), room)).toBeUndefined();
    expect(await obstacleToBegin(await modelOf(301), room)).toBe(
      'it takes at least 301 MiB, and saved machines may take 300',
    );
  });

  it('takes no more than its memory', async () => {
    expect(await obstacleToBegin(await modelOf(5000, 300), room)).toBeUndefined();
  });

  it('wants room for all its memory', async () => {
    const full = { ...room, freeBytes: GIB };
    expect(await obstacleToBegin(await modelOf(1), full)).toBe('its disk has too little room');
  });
});
