import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { say, warn } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import { waitNotice } from '../output/wait-notice.js';
import { chosenArchitecture } from './values.js';
import { variableOption } from '../variable-option.js';
import { folders } from '../environment.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { LinuxGuestOptions } from '../../recipes/linux-guest.js';

/** Options of every command that may have to fetch something. */
export interface FetchFlags {
  arch?: Architecture | undefined;
  frozen?: true | undefined;
  offline?: true | undefined;
  mirror?: string | undefined;
}

/** What a fetch is told. */
export type FetchSettings = Required<
  Pick<LinuxGuestOptions, 'arch' | 'frozen' | 'offline' | 'signal' | 'warn' | 'log' | 'onProgress'>
> &
  Pick<LinuxGuestOptions, 'cacheDir' | 'mirror'> & {
    /** Draws how much of a file has been read. */
    readonly onRead: (name: string, doneBytes: number, totalBytes: number) => void;
  };

/** Adds the options but `--arch`, which stands among those of the machine where there is one. */
export function addFetchOptions(command: Command): Command {
  return addMirrorOption(
    command
      .option('--frozen', 'fail when a pinned version is gone, instead of using a newer one')
      .option('--offline', 'use the cache alone'),
  );
}

/** Adds `--mirror` alone, for who installs packages without keeping them. */
export const addMirrorOption = (command: Command): Command =>
  command.addOption(
    variableOption(
      '--mirror <url>',
      "a mirror of Debian's archive to be asked first",
      'ZOSIA_DEBIAN_MIRROR',
    ),
  );

/** Runs `use` with the flags as a fetch takes them; its downloads are drawn until it is done. */
export async function withFetchSettings<T>(
  flags: FetchFlags,
  { signal }: Pick<CliContext, 'signal'>,
  use: (settings: FetchSettings) => Promise<T>,
): Promise<T> {
  const progress = startProgress();
  const onWait = waitNotice();
  try {
    return await use({
      arch: chosenArchitecture(flags.arch),
      frozen: flags.frozen ?? false,
      offline: flags.offline ?? false,
      mirror: flags.mirror,
      cacheDir: folders().cacheDirectory,
      signal,
      warn,
      log: say,
      onRead: (name, done, total) => {
        progress.update(name, done, total);
      },
      onProgress: ({ name, receivedBytes, sizeBytes, waiting }) => {
        progress.update(name, receivedBytes, sizeBytes);
        if (waiting) onWait(waiting.reason, waiting.pauseMs);
      },
    });
  } finally {
    progress.stop();
  }
}
