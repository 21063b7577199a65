import { mkdir, readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { InstantUser } from '../boot/instant/host.js';
import { processesWith, socketsIn } from '../support/left-behind.js';
import { temporaryFolder } from '../support/temporary.js';

const STARTS = 100;

describe.each(ARCHITECTURES)('a saved machine that is woken again and again on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepareCache();
    await mkdir(folder.file('tmp'));
  });

  it('answers the same each time, and nothing is left of it', async () => {
    const tmp = folder.file('tmp');
    const ask = async (): Promise<string> => {
      const asked = ['--prompt', 'Tell me a story about a fox', '--temp', '0', '-n', '40'];
      const { stdout, stderr, exitCode } = await user.ask('', asked, undefined, { TMPDIR: tmp });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).not.toContain('booted anew');
      return stdout;
    };
    const left = async (): Promise<unknown> => ({
      cache: (await readdir(folder.file('cache'), { recursive: true })).sort(),
      temporary: await readdir(tmp, { recursive: true }),
      processes: await processesWith(folder.path),
      sockets: await socketsIn(tmp),
    });
    const story = await ask();
    expect(story).toContain('fox');
    const before = await left();
    expect(before).toMatchObject({ temporary: [], processes: [], sockets: [] });
    for (let start = 0; start < STARTS; start++) expect(await ask()).toBe(story);
    expect(await left()).toEqual(before);
  });
});
