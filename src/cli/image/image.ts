import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addEfiDiskCommand } from './efi.js';
import { addModelDiskCommand } from './model.js';
import { addFetchOptions, withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { archOption } from '../options/values.js';
import { variableOption } from '../variable-option.js';
import { printJson, say } from '../output/output.js';
import { defaultPlaces } from '../../recipes/places.js';

export function addImageCommand(program: Command, context: CliContext): void {
  const image = program.command('image').description('write one image');
  addInitramfs(image, context);
  addModelDiskCommand(image, context);
  addEfiDiskCommand(image, context);
}

function addInitramfs(image: Command, context: CliContext): void {
  const command = image
    .command('initramfs')
    .description('the Linux guest: its kernel and its initramfs, from verified packages')
    .addOption(archOption());
  command.addOption(
    variableOption(
      '--out <folder>',
      'where to put the two; artifacts/<arch> unless given',
      'ARTIFACTS_DIR',
    ),
  );
  addFetchOptions(command)
    .option('--json', 'print what was written as JSON')
    .action(async (flags: FetchFlags & { out?: string | undefined; json?: true | undefined }) => {
      const { linuxGuest } = await import('../../recipes/linux-guest.js');
      const guest = await withFetchSettings(flags, context, (settings) =>
        linuxGuest({ ...settings, places: defaultPlaces(), outDir: flags.out }),
      );
      if (flags.json) printJson(guest);
      else say(`${guest.built ? 'wrote' : 'up to date:'} ${guest.kernel}, ${guest.initramfs}`);
    });
}
