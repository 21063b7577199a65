import { readFile, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bootFlags, machineBoot } from '../../src/perf/boot.js';
import type { Boot } from '../../src/perf/outcome.js';
import { PLAIN_SPEC } from '../machine/support/specs.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { makeFakeGuest } from './fake-guest.js';

const context = (signal = new AbortController().signal) => ({ signal, timeoutSeconds: 20 });

describe('machineBoot', () => {
  const folder = temporaryFolder();

  /** A boot whose logs go to a folder of their own. */
  async function makeBoot(
    logs: string,
    keepAll = false,
    lastFile?: string,
  ): Promise<{ boot: Boot; logs: string }> {
    const { path } = await makeFakeGuest(folder.file('qemu'));
    const initrd = folder.file('initrd');
    await writeFile(initrd, 'base');
    const boot = machineBoot(
      {
        spec: { ...PLAIN_SPEC, qemu: path, initrd, append: 'quiet' },
        model: 'm',
        llamaArgs: (tokens) => ['--ctx-size', String(tokens ?? 4096)],
      },
      {
        tokens: 32,
        logs: { folder: folder.file(logs), keepAll, lastFile },
        clock: () => new Date('2026-07-31T12:00:00Z'),
      },
    );
    return { boot, logs: folder.file(logs) };
  }

  it('passes a setting to the guest, and returns what the guest measured', async () => {
    const { boot, logs } = await makeBoot('good');
    const setting = { threads: 3, batchThreads: 4, llamaArgs: ['-ts', '3,1'] };
    expect(await boot(setting, context())).toEqual({
      measured: true,
      result: {
        tokens: 32,
        seconds: 1.06667,
        tokPerS: 30,
        loadSeconds: 0.5,
        promptTokPerS: 90,
        threads: 3,
        batchThreads: 4,
      },
    });
    expect(await readdir(logs)).toEqual([]);
  });

  it('copies the log of the last run to a file, with the output of QEMU', async () => {
    const lastFile = folder.file('last/perf.log');
    const { boot } = await makeBoot('last-logs', false, lastFile);
    await boot({ llamaArgs: ['--crash'] }, context());
    expect(await readFile(lastFile, 'utf8')).toMatch(/killed by signal 11/);
    await boot({ threads: 3, llamaArgs: [] }, context());
    const text = await readFile(lastFile, 'utf8');
    expect(text).toMatch(/zosia: perf /);
    expect(text).not.toContain('signal 11');
  });

  it('keeps the logs of good runs when asked to, without overwriting any', async () => {
    const { boot, logs } = await makeBoot('all', true);
    const outcomes = [
      await boot({ llamaArgs: [] }, context()),
      await boot({ llamaArgs: [] }, context()),
    ];
    const names = ['perf-20260731T120000Z-1.log', 'perf-20260731T120000Z-2.log'];
    expect((await readdir(logs)).sort()).toEqual(names);
    expect(outcomes.map(({ logPath }) => logPath)).toEqual(names.map((name) => `${logs}/${name}`));
  });

  it.each([
    ['--crash', /^the guest ended with status 139: llama-completion was killed by signal 11$/],
    ['--half', /^the machine ended before its guest did/],
  ])('reports a failed boot with %s, and keeps its log', async (argument, reason) => {
    const { boot } = await makeBoot(`failed${argument}`);
    const outcome = await boot({ llamaArgs: [argument] }, context());
    expect(outcome).toMatchObject({ measured: false, reason: expect.stringMatching(reason) });
    expect(await readFile(outcome.logPath!, 'utf8')).toContain('zosia: init');
  });

  it('ends a boot that hangs at its time limit', async () => {
    const { boot } = await makeBoot('hanging');
    const { signal } = new AbortController();
    const outcome = await boot({ llamaArgs: ['--hang'] }, { signal, timeoutSeconds: 0.5 });
    expect(outcome).toMatchObject({ measured: false, reason: 'not done after 0.5 s' });
  });

  it('leaves no log of a boot that is cancelled', async () => {
    const { boot, logs } = await makeBoot('cancelled');
    const cancel = new AbortController();
    const running = boot({ llamaArgs: ['--hang'] }, context(cancel.signal));
    setTimeout(() => {
      cancel.abort(new Error('enough'));
    }, 200);
    await expect(running).rejects.toThrow('enough');
    expect(await readdir(logs)).toEqual([]);
  });

  it('throws when the path of the log folder leads through a file', async () => {
    await writeFile(folder.file('file'), '');
    const { boot } = await makeBoot('file/logs');
    await expect(boot({ llamaArgs: [] }, context())).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
  });
});

describe('bootFlags', () => {
  it('returns flags for the given settings only, with commas escaped', () => {
    expect(bootFlags({ llamaArgs: [] }, 64)).toEqual([
      ...['zosia.perf=1', 'zosia.perf.tokens=64', 'zosia.time_limit=0'],
    ]);
    expect(
      bootFlags({ threads: 6, batchThreads: 4, wait: 'spin', llamaArgs: ['-ts', '3,1'] }, 1).slice(
        3,
      ),
    ).toEqual([
      'zosia.llama_threads=6',
      'zosia.llama_batch_threads=4',
      'zosia.llama_wait=spin',
      'zosia.llama_args=-ts,3\\,1',
    ]);
  });
});
