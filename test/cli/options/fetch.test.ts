import { Command } from 'commander';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { addFetchOptions, withFetchSettings } from '../../../src/cli/options/fetch.js';
import type { FetchFlags, FetchSettings } from '../../../src/cli/options/fetch.js';

const { signal } = new AbortController();

/** The settings of a download for a command with these arguments. */
async function settingsOf(args: readonly string[]): Promise<FetchSettings> {
  const command = addFetchOptions(new Command().option('--arch <arch>'));
  command.parse(args, { from: 'user' });
  return withFetchSettings(command.opts<FetchFlags>(), { signal }, (settings) =>
    Promise.resolve(settings),
  );
}

describe('the options of a download', () => {
  it('allow newer versions and the network by default', async () => {
    const settings = await settingsOf(['--arch', 'x86_64']);
    expect(settings).toMatchObject({ arch: 'x86_64', frozen: false, offline: false });
    expect(settings.signal).toBe(signal);
  });

  it.each([
    ['--frozen', { frozen: true, offline: false }],
    ['--offline', { frozen: false, offline: true }],
  ])('include %s', async (option, expected) => {
    expect(await settingsOf([option])).toMatchObject(expected);
  });

  it('report a long pause of the server once for all downloads, and no short pauses', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => {
      written.mockRestore();
    });
    const { onProgress } = await settingsOf([]);
    const event = { component: 'llama', receivedBytes: 0, sizeBytes: 9, done: false } as const;
    for (const pauseMs of [1000, 60_000, 59_000]) {
      onProgress?.({
        ...event,
        name: 'libc6',
        waiting: { reason: 'it is asked too much', pauseMs },
      });
    }
    expect(written.mock.calls).toEqual([['waiting 60 s: it is asked too much\n']]);
  });

  it('return what the download returns, and throw its errors', async () => {
    const using = (use: () => Promise<string>) => withFetchSettings({}, { signal }, use);
    expect(await using(() => Promise.resolve('done'))).toBe('done');
    await expect(using(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});
