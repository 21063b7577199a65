import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { FILE_SOURCES } from './file-sources.js';
import { MODEL_TYPE, diskStart } from './gpt-disk.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  const sources = [...FILE_SOURCES, 'efi/firmware/models.c'];
  program = await buildWatchedProgram(folder.path, 'find_models', sources, 'memory');
});

/** @param files by the number of their volume and their path */
async function find(machine: string[], files: (readonly [number, string])[]): Promise<string[]> {
  const args = files.flatMap(([volume, path]) => [String(volume), path]);
  return (await execa(program, [...machine, '--', ...args])).stdout.split('\n');
}

const NO_SETTINGS = 'there is no llama2.cfg on the disk';

describe('the settings', () => {
  it('are those of the disk that the application was started from', async () => {
    const files = [[20, 'llama2.cfg=other'] as const, [10, 'llama2.cfg=own'] as const];
    expect(await find(['boots-from=10'], files)).toEqual(['settings own']);
  });

  it('are those of another disk where that one has none', async () => {
    const files = [[10, 'a.txt'] as const, [20, 'llama2.cfg=other'] as const];
    expect(await find(['boots-from=10'], files)).toEqual(['settings other']);
  });

  it('are those of another disk where that one has no file system, or a broken one', async () => {
    const files = [[20, 'a.txt'] as const, [30, 'llama2.cfg=other'] as const];
    expect(await find(['boots-from=10'], files)).toEqual(['settings other']);
    expect(await find(['boots-from=10', 'broken=10'], files)).toEqual(['settings other']);
    expect(await find([], files)).toEqual(['settings other']);
  });

  it('are missing where no disk has any', async () => {
    expect(await find(['boots-from=10'], [[10, 'a.txt']])).toEqual([NO_SETTINGS]);
    const nothing = 'no disk that the firmware can read has llama2.cfg';
    expect(await find(['boots-from=10', 'broken=20'], [])).toEqual([nothing]);
  });
});

describe('the models of a machine', () => {
  it('are what begins as GGUF, in the root and in folders there', async () => {
    const files = [
      [10, 'a.gguf=GGUF...'],
      [10, 'B.GGUF=GGUF....'],
      [10, 'none.gguf=ABCD...'],
      [10, 'short.gguf=GG'],
      [10, 'a.bin=GGUF...'],
      [10, '.gguf=GGUF'],
      [10, 'folder.gguf/'],
      [10, 'models/'],
      [10, 'models/c.gguf=GGUF'],
      [10, 'models/deep/'],
      [10, 'models/deep/d.gguf=GGUF'],
    ] as const;
    expect(await find(['boots-from=10'], [...files])).toEqual([
      NO_SETTINGS,
      '10 a.gguf, 7 bytes',
      '10 B.GGUF, 8 bytes',
      '10 models/c.gguf, 4 bytes',
    ]);
  });

  it('are on every disk that can be read, those of the boot first', async () => {
    const files = [
      [20, 'b.gguf=GGUF'],
      [10, 'a.gguf=GGUF'],
    ] as const;
    expect(await find(['boots-from=10', 'broken=15'], [...files])).toEqual([
      NO_SETTINGS,
      '10 a.gguf, 4 bytes',
      '20 b.gguf, 4 bytes',
    ]);
  });

  it('are one where they are split, whose parts are beside the first', async () => {
    const files = [1, 3, 4].map((n) => [10, `m/x-0000${n}-of-00004.gguf=GGUF`] as const);
    expect(await find(['boots-from=10'], [[10, 'm/'], ...files])).toEqual([
      NO_SETTINGS,
      '10 m/x-00001-of-00004.gguf, 4 bytes, 1 there, ' +
        '2 there is no m/x-00002-of-00004.gguf on the disk, 3 there, 4 there',
    ]);
  });

  it('are no more than a list has room for', async () => {
    const files = Array.from({ length: 50 }, (_, i) => [10, `${i}.gguf=GGUF`] as const);
    expect(await find(['boots-from=10'], files)).toHaveLength(1 + 32);
  });

  it('are partitions, too', async () => {
    const image = join(folder.path, 'disk');
    const partitions = [64n, 70n].map((firstBlock) => {
      return { type: MODEL_TYPE, firstBlock, lastBlock: firstBlock + 2n };
    });
    const start = Buffer.alloc(80 * 512);
    diskStart(2n ** 20n, partitions).copy(start);
    start.write('GGUF', 64 * 512);
    await writeFile(image, start);
    expect(await find(['boots-from=10', image], [[10, 'a.gguf=GGUF']])).toEqual([
      NO_SETTINGS,
      '0 partition, 1536 bytes, 1 there, 2 there',
      '10 a.gguf, 4 bytes',
      'connected',
    ]);
    start.write('GGML', 64 * 512);
    await writeFile(image, start);
    expect(await find(['boots-from=10', image], [[10, 'a.gguf=GGUF']])).toHaveLength(3);
  });
});
