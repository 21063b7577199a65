import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  const firmware = ['pieces', 'pages', 'firmware'].map((name) => `efi/firmware/${name}.c`);
  const sources = [...firmware, 'engine/base/text.c', 'engine/base/failure.c', 'shared/strings.c'];
  program = await buildWatchedProgram(folder.path, 'allocate_pages', sources, 'memory');
});

const RETURNED = 'all given back';

/** @param free of the machine's pieces, in MiB */
async function allocate(free: number[], parts: number[]): Promise<string[]> {
  return (await execa(program, [free.join(), parts.join()])).stdout.split('\n');
}

describe('memory for parts that follow each other', () => {
  it('is in one piece where one is large enough, and starts at a huge page', async () => {
    expect(await allocate([100, 7000], [1000, 2000, 500])).toEqual(['0+3500 huge', RETURNED]);
  });

  it('starts at any page where there is no room for more', async () => {
    const found = await allocate([3500], [1000, 2000, 500]);
    expect(found).toEqual(['0+3500', RETURNED]);
  });

  it('is in pieces that end where parts do, the first in the largest there is', async () => {
    const found = await allocate([1900, 3000], [500, 1000, 700, 700, 800, 900]);
    expect(found).toEqual(['0+2900 huge', '2900+1700 huge', RETURNED]);
  });

  it('fails with what is needed and what there is, and keeps nothing', async () => {
    const failure =
      'no memory for the weights: 3001 MiB are needed, 2001 MiB of them in one piece, and the largest free ' +
      'piece has 1500 MiB';
    expect(await allocate([1500, 1200], [1000, 2000])).toEqual([failure, RETURNED]);
  });

  it('fails where it would be in too many pieces', async () => {
    const many = Array<number>(100).fill(10);
    const [failure, rest] = await allocate(many, many);
    expect(failure).toMatch(/^no memory for the weights: 1001 MiB are needed/);
    expect(rest).toBe(RETURNED);
  });

  it('is in up to 64 pieces', async () => {
    const many = Array<number>(64).fill(10);
    expect(await allocate(many, many)).toHaveLength(65);
  });
});
