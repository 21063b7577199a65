import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { InstantUser } from '../boot/instant/host.js';
import { temporaryFolder } from '../support/temporary.js';

const STARTS = 100;

/** Processes that were started with a path among their variables. */
async function processesWith(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const variables = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
    if (variables.includes(path)) {
      found.push(await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => pid));
    }
  }
  return found;
}

/** Sockets with a name in a folder that somebody listens on, or has open. */
async function socketsIn(path: string): Promise<string[]> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n');
  return lines.filter((line) => line.includes(path));
}

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
