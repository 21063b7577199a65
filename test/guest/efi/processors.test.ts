import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  const firmware = ['processors', 'emulation', 'firmware', 'clock'];
  const sources = [
    ...firmware.map((name) => `efi/firmware/${name}.c`),
    ...['engine/base/shares.c', 'engine/base/text.c', 'shared/strings.c'],
  ];
  program = await buildWatchedProgram(folder.path, 'start_processors', sources, 'threads');
});

/** What two texts were generated with; how many processors are to be had before them and after. */
async function texts(kind: string): Promise<string[]> {
  const { stdout } = await execa(program, [kind], { timeout: 60_000 });
  return stdout.split('\n');
}

const end = (count: number, kept = '0 events'): string =>
  `${count} to be had, vectors switched on on each, ${kept} kept`;

describe('the processors of a firmware', () => {
  it('are all started for each text, and sent back', async () => {
    const team = 'team of 4, right';
    expect(await texts('normal')).toEqual(['4 to be had', team, team, end(4)]);
  });

  it.each([
    ['has no MP services', 'none', 1],
    ['has one processor', 'alone', 1],
    ['cannot count them', 'uncountable', 1],
    ['offers them no longer', 'unsupported', 4],
    ['says that none is enabled', 'not-started', 4],
    ['says that they did not come in time', 'timed-out', 4],
  ])('are one where it %s', async (_, kind, count) => {
    const team = 'team of 1, right';
    expect(await texts(kind)).toEqual([`${count} to be had`, team, team, end(count)]);
  });

  it('are those that are enabled', async () => {
    const team = 'team of 3, right';
    expect(await texts('disabled')).toEqual(['3 to be had', team, team, end(3)]);
  });

  it('are started one by one where they cannot be all at once', async () => {
    const team = 'team of 4, right';
    expect(await texts('each')).toEqual(['4 to be had', team, team, end(4)]);
  });

  it('are those that come where one never does, which is waited for once', async () => {
    const start = performance.now();
    const team = 'team of 3, right';
    expect(await texts('absent')).toEqual(['4 to be had', team, team, end(3, '1 event')]);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('are joined in the midst of a text by one that comes late', async () => {
    // On a busy host it may have come before the first text.
    const [had, first, ...others] = await texts('late');
    expect(had).toBe('4 to be had');
    expect(['team of 3, then 4, right', 'team of 4, right']).toContain(first);
    expect(others).toEqual(['team of 4, right', end(4)]);
  });
});
