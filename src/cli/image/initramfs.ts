import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addFetchOptions, withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { baseOption } from '../options/base.js';
import { guestKernelOption } from '../options/kernel.js';
import { llamaOption } from '../options/llama.js';
import type { LlamaFlags } from '../options/llama.js';
import { requireOneOf } from '../options/machine.js';
import { archOption } from '../options/values.js';
import { variableOption } from '../variable-option.js';
import { printJson, say } from '../output/output.js';
import { BASE_INITS, defaultPlaces } from '../../recipes/places.js';
import type { BaseInit, KernelKind } from '../../recipes/places.js';

interface InitramfsFlags extends FetchFlags, LlamaFlags {
  kernel?: KernelKind | undefined;
  out?: string | undefined;
  base?: string | undefined;
  init?: BaseInit | undefined;
  json?: true | undefined;
}

export function defineImageInitramfs(command: Command, context: CliContext): void {
  command
    .addOption(archOption())
    .addOption(guestKernelOption())
    .addOption(llamaOption())
    .addOption(baseOption())
    .addOption(
      new Option(
        '--init <whose>',
        "with --base: whose PID 1 runs, zosia or base, the base's own; zosia unless given",
      ).choices(BASE_INITS),
    )
    .addHelpText(
      'after',
      `
With --base the initramfs is the base, byte for byte, and behind it an archive with init, the modules and
llama.cpp. It goes to artifacts/<arch>/layered, or artifacts/<arch>/debian/layered with --kernel debian.

Examples:
  zosia image initramfs
  zosia image initramfs --base output/images/rootfs.cpio.gz
  zosia image initramfs --base buildroot --init base`,
    );
  command.addOption(
    variableOption(
      '--out <folder>',
      'where to put them; artifacts/<arch> unless given',
      'ARTIFACTS_DIR',
    ),
  );
  addFetchOptions(command)
    .option('--json', 'print what was written as JSON')
    .action(async (flags: InitramfsFlags) => {
      const { linuxGuest } = await import('../../recipes/linux-guest.js');
      requireOneOf(command, '--init', ['--base']);
      const { kernel, llama, out: outDir, base, init: baseInit, json } = flags;
      const guest = await withFetchSettings(flags, context, (settings) =>
        linuxGuest({ ...settings, places: defaultPlaces(), kernel, llama, outDir, base, baseInit }),
      );
      const { built, ...files } = guest;
      if (json) printJson(guest);
      else
        say(`${built ? 'wrote' : 'up to date:'} ${[...new Set(Object.values(files))].join(', ')}`);
    });
}
