import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { say, warn } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import { chosenArchitecture } from './values.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { LinuxGuestOptions } from '../../recipes/linux-guest.js';

/** Options of every command that may have to fetch something. */
export interface FetchFlags {
  arch?: Architecture;
  frozen?: true;
  offline?: true;
}

/** What a fetch is told. */
export type FetchSettings = Required<
  Pick<LinuxGuestOptions, 'arch' | 'frozen' | 'offline' | 'signal' | 'warn' | 'log' | 'onProgress'>
>;

/** Adds the options but `--arch`, which stands among those of the machine where there is one. */
export function addFetchOptions(command: Command): Command {
  return command
    .option('--frozen', 'fail when a pinned version is gone, instead of using a newer one')
    .option('--offline', 'use the cache alone');
}

/** Runs `use` with the flags as a fetch takes them; its downloads are drawn until it is done. */
export async function withFetchSettings<T>(
  flags: FetchFlags,
  { signal }: Pick<CliContext, 'signal'>,
  use: (settings: FetchSettings) => Promise<T>,
): Promise<T> {
  const progress = startProgress();
  try {
    return await use({
      arch: chosenArchitecture(flags.arch),
      frozen: flags.frozen ?? false,
      offline: flags.offline ?? false,
      signal,
      warn,
      log: say,
      onProgress: ({ name, receivedBytes, sizeBytes }) => {
        progress.update(name, receivedBytes, sizeBytes);
      },
    });
  } finally {
    progress.stop();
  }
}
