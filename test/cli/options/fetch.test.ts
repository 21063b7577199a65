import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addFetchOptions, withFetchSettings } from '../../../src/cli/options/fetch.js';
import type { FetchFlags, FetchSettings } from '../../../src/cli/options/fetch.js';

const { signal } = new AbortController();

/** What a fetch is told when a command is given these arguments. */
async function settingsOf(args: readonly string[]): Promise<FetchSettings> {
  const command = addFetchOptions(new Command().option('--arch <arch>'));
  command.parse(args, { from: 'user' });
  return withFetchSettings(command.opts<FetchFlags>(), { signal }, (settings) =>
    Promise.resolve(settings),
  );
}

describe('what a fetch is told', () => {
  it('takes newer versions and the network unless it is told not to', async () => {
    const settings = await settingsOf(['--arch', 'x86_64']);
    expect(settings).toMatchObject({ arch: 'x86_64', frozen: false, offline: false });
    expect(settings.signal).toBe(signal);
  });

  it.each([
    ['--frozen', { frozen: true, offline: false }],
    ['--offline', { frozen: false, offline: true }],
  ])('%s is passed on', async (option, expected) => {
    expect(await settingsOf([option])).toMatchObject(expected);
  });

  it('gives back what became of it, error or not', async () => {
    const using = (use: () => Promise<string>) => withFetchSettings({}, { signal }, use);
    expect(await using(() => Promise.resolve('done'))).toBe('done');
    await expect(using(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});
