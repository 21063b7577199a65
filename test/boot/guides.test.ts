import { readFile, readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { parseResults } from '../../src/perf/results.js';
import { GUIDES, commandsOf, readPage } from '../docs/pages.js';
import { Reader } from '../docs/reader.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

/** A page has many machines. */
const PAGE_MS = 2_000_000;

describe('the commands of', () => {
  const folder = temporaryFolder();
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.settle(folder.path, 'started');
    await putGuests(folder.path, [hostArchitecture()]);
    const command = 'image model model.gguf --format vmdk';
    const built = await zosia(command.split(' '), { cwd: folder.path });
    expect(built.exitCode).toBe(0);
  });

  const countRuns = async (): Promise<number> => {
    const text = await readFile(folder.file('perf.csv'), 'utf8').catch(() => undefined);
    return text === undefined ? 0 : parseResults(text, 'perf.csv').length;
  };

  it.each(GUIDES)(
    '%s work, in their order, with machines that start',
    async (path) => {
      const commands = commandsOf(await readPage(path));
      expect(commands.length).toBeGreaterThan(6);
      for (const command of commands) {
        // Ctrl+C ends a loop, here when it has added a run to the results.
        const before = await countRuns();
        const isEnough = async (): Promise<boolean> => (await countRuns()) > before;
        const loops = / --loop\b/.test(command);
        const { exitCode, all } = await reader.type(command, loops ? isEnough : undefined);
        // How fast this host is now is no matter of a test.
        const isSlow = /, run 1: .*: too slow$/m.test(all);
        expect(exitCode, `${command}\n${all}`).toBe(isSlow ? 1 : 0);
      }
      const left = await reader.leave();
      expect(left.exitCode, left.all).toBe(0);
      if (path !== 'docs/performance.md') return;
      const made = ['perf.csv', 'perf.html', 'perf.matrix', 'perf-logs', 'zosia.perf.json'];
      expect(await readdir(folder.path)).toEqual(expect.arrayContaining(made));
    },
    PAGE_MS,
  );
});
