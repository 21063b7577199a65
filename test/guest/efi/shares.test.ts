import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  program = await buildWatchedProgram(
    folder.path,
    'share_work',
    ['engine/base/shares.c'],
    'threads',
  );
});

describe('a team whose work is shared out beforehand', () => {
  it.each([
    ['one processor', 1],
    ['two processors', 2],
    ['five, some of which come late', 5],
    ['many more than the host has', 24],
  ])('does every item once, without a race: %s', async (_, threads) => {
    const { stdout } = await execa(program, [String(threads), '150']);
    expect(stdout).toBe('right');
  });

  it('does the work of a processor that is held up, which has begun none of it', async () => {
    const { stdout } = await execa(program, ['3', '50', 'held-up'], { timeout: 60_000 });
    expect(stdout).toBe('right');
  });
});
