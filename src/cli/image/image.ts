import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addEfiDiskCommand } from './efi.js';
import { addModelDiskCommand } from './model.js';
import { archOption, chosenArchitecture } from '../options/values.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { printJson, say, warn } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import { defaultPlaces } from '../../recipes/places.js';

export function addImageCommand(program: Command, context: CliContext): void {
  const image = program.command('image').description('write one image');
  addInitramfs(image, context);
  addModelDiskCommand(image, context);
  addEfiDiskCommand(image, context);
}

function addInitramfs(image: Command, { signal }: CliContext): void {
  image
    .command('initramfs')
    .description('the Linux guest: its kernel and its initramfs, from verified packages')
    .addOption(archOption())
    .option('--frozen', 'fail when a pinned version is gone, instead of using a newer one')
    .option('--offline', 'use the cache alone')
    .option('--json', 'print what was written as JSON')
    .action(
      async (options: { arch?: Architecture; frozen?: true; offline?: true; json?: true }) => {
        const { linuxGuest } = await import('../../recipes/linux-guest.js');
        const progress = await startProgress();
        try {
          const guest = await linuxGuest({
            arch: chosenArchitecture(options.arch),
            places: defaultPlaces(),
            frozen: options.frozen ?? false,
            offline: options.offline ?? false,
            signal,
            warn,
            log: say,
            onProgress: ({ name, receivedBytes, sizeBytes }) => {
              progress.update(name, receivedBytes, sizeBytes);
            },
          });
          progress.stop();
          if (options.json) printJson(guest);
          else say(`${guest.built ? 'wrote' : 'up to date:'} ${guest.kernel}, ${guest.initramfs}`);
        } finally {
          progress.stop();
        }
      },
    );
}
